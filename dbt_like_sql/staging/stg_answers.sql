-- Answers of the cases in stg_cases.
-- grain: one row a return, version, case and question that holds an answer
select
    answers.return_id::varchar as return_id,             -- the return that holds the answer
    answers.version::integer as version,                 -- its version
    answers.case_pseudonym::varchar as case_pseudonym,   -- the case
    answers.question_code::varchar as question_code,     -- the question as it was asked, core or adjusted
    answers.answer::varchar as answer                    -- canonical answer
from landing.answers as answers
