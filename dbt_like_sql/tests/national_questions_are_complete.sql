-- Every core question has one national finding.
-- on: national_question_findings
select
    questions.question_code,
    count(findings.question_code) as times
from seeds.questions as questions
left join national_question_findings as findings on findings.question_code = questions.question_code
where questions.question_set = 'core'
group by questions.question_code
having count(findings.question_code) <> 1
