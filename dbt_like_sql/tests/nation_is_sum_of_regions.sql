-- The nation's counts are the sums of its regions', and are final only when every region is in.
-- on: national_findings
select
    national.measure_code,
    national.cases_inspected,
    national.relevant_cases,
    national.counted_cases,
    national.status
from national_findings as national
left join regional_findings as regional on regional.measure_code = national.measure_code
group by
    national.measure_code,
    national.cases_inspected,
    national.relevant_cases,
    national.counted_cases,
    national.regions_included,
    national.status
having (
        national.cases_inspected = coalesce(sum(regional.cases_inspected), 0)
        and national.relevant_cases = coalesce(sum(regional.relevant_cases), 0)
        and national.counted_cases = coalesce(sum(regional.counted_cases), 0)
        and national.regions_included = count(regional.measure_code)
        and (national.status = 'final') = (count(regional.measure_code) = (select count(*) from seeds.regions))
    ) is not true
