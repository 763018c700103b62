-- The nation's counts are the sums of its regions'.
-- on: national_question_findings
select
    national.question_code,
    national.cases_inspected,
    national.relevant_cases,
    national.counted_cases
from national_question_findings as national
left join regional_question_findings as regional on regional.question_code = national.question_code
group by
    national.question_code,
    national.cases_inspected,
    national.relevant_cases,
    national.counted_cases,
    national.regions_included
having national.cases_inspected <> coalesce(sum(regional.cases_inspected), 0)
    or national.relevant_cases <> coalesce(sum(regional.relevant_cases), 0)
    or national.counted_cases <> coalesce(sum(regional.counted_cases), 0)
    or national.regions_included <> count(regional.question_code)
