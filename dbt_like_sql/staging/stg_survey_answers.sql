-- Answers of the respondents in stg_survey_responses.
-- grain: one row a return, version, sheet, row and statement that holds an answer
-- rows: secret
select
    answers.return_id::varchar as return_id,             -- the return that holds the answer
    answers.version::integer as version,                 -- its version
    answers.sheet::varchar as sheet,                     -- sheet of the row
    answers.row::integer as row_number,                  -- row, as the spreadsheet shows it
    answers.question_code::varchar as statement_code,    -- the statement
    answers.answer::varchar as answer                    -- strongly_agree to strongly_disagree, or prefer_not_to_say
from landing.survey_answers as answers
