-- Every region with accepted cases has every core question, once.
-- on: regional_question_findings
select
    inspected.region_code,
    count(findings.question_code) as questions
from (select distinct region_code from int_accepted_cases) as inspected
left join regional_question_findings as findings on findings.region_code = inspected.region_code
group by inspected.region_code
having count(distinct findings.question_code) <> (select count(*) from seeds.questions where question_set = 'core')
    or count(findings.question_code) <> (select count(*) from seeds.questions where question_set = 'core')
