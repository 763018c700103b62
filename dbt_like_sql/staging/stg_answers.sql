-- Answers of the cases in stg_cases.
-- grain: one row a return, case and question that holds an answer
select
    answers.return_id::varchar as return_id,             -- the return that holds the answer
    answers.case_reference::varchar as case_reference,   -- the case
    answers.question_code::varchar as question_code,     -- the question as it was asked, core or adjusted
    answers.answer::varchar as answer                    -- canonical answer
from landing.answers as answers
