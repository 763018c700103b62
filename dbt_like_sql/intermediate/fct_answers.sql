-- What each case answers to each question of its set, an adjusted question under its core equivalent.
-- grain: one row a return, version, case and core question that holds an answer
-- materialized: view
with cases as (
    select * from int_version_cases
),

answers as (
    select * from stg_answers
),

questions as (
    select * from seeds.questions
)

select
    cases.return_id::varchar as return_id,                  -- the return
    cases.version::integer as version,                      -- its version
    cases.is_in_force::boolean as is_in_force,              -- whether this version is in force
    cases.region_code::varchar as region_code,              -- its region
    cases.case_pseudonym::varchar as case_pseudonym,        -- the case
    questions.core_equivalent::varchar as question_code,    -- core question
    answers.answer::varchar as answer                       -- canonical answer
from answers
inner join cases
    on cases.return_id = answers.return_id
    and cases.version = answers.version
    and cases.case_pseudonym = answers.case_pseudonym
inner join questions
    on questions.question_code = answers.question_code
    and questions.question_set = cases.question_set
