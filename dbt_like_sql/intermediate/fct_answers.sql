-- What each accepted case answers to each question of its set, an adjusted question under its core equivalent.
-- grain: one row a case and core question that holds an answer
with cases as (
    select * from int_accepted_cases
),

answers as (
    select * from stg_answers
),

questions as (
    select * from seeds.questions
)

select
    cases.case_reference::varchar as case_reference,        -- the case
    cases.region_code::varchar as region_code,              -- its region
    questions.core_equivalent::varchar as question_code,    -- core question
    answers.answer::varchar as answer                       -- canonical answer
from answers
inner join cases
    on cases.return_id = answers.return_id
    and cases.case_reference = answers.case_reference
inner join questions
    on questions.question_code = answers.question_code
    and questions.question_set = cases.question_set
