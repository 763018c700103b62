-- No accepted case leaves a summary question that applies to every case unanswered.
-- on: fct_answers
select
    cases.case_pseudonym,
    questions.question_code
from int_accepted_cases as cases
cross join seeds.questions as questions
left join fct_answers as answers
    on answers.case_pseudonym = cases.case_pseudonym
    and answers.question_code = questions.question_code
    and answers.is_in_force
where questions.question_set = 'core'
    and questions.kind = 'summary'
    and coalesce(questions.applies_when, '') = ''
    and coalesce(answers.answer, 'not_applicable') = 'not_applicable'
