-- Respondents of the staff survey, of every version that was read and not refused. They have no key: two equal rows are two people.
-- grain: one row a return, version, sheet and row
-- rows: secret
select
    responses.return_id::varchar as return_id,                  -- the return that holds the response
    responses.version::integer as version,                      -- its version
    responses.sheet::varchar as sheet,                          -- sheet of the row
    responses.row::integer as row_number,                       -- row, as the spreadsheet shows it
    responses.pdu::varchar as pdu_slug,                         -- Probation Delivery Unit
    responses.role::varchar as role,                            -- role of the respondent
    responses.length_of_service::varchar as length_of_service   -- in probation; null for a blank
from landing.survey_responses as responses
