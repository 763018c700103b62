-- Staff of each PDU and grade, of every version that was read and not refused.
-- grain: one row a return, version, PDU and grade
select
    staffing.return_id::varchar as return_id,                    -- the return that holds the row
    staffing.version::integer as version,                        -- its version
    staffing.sheet::varchar as sheet,                            -- sheet of the row
    staffing.row::integer as row_number,                         -- row, as the spreadsheet shows it
    staffing.row_key::varchar as row_key,                        -- PDU and grade
    staffing.pdu::varchar as pdu_slug,                           -- Probation Delivery Unit
    staffing.grade::varchar as grade,                            -- grade of practitioner
    staffing.as_of::date as as_of,                               -- the day that the row speaks of
    staffing.target_fte::decimal(18, 6) as target_fte,           -- posts in the target, full-time equivalent
    staffing.in_post_fte::decimal(18, 6) as in_post_fte,         -- staff in post, full-time equivalent
    staffing.mean_caseload::decimal(18, 6) as mean_caseload,     -- mean number of cases of those in post; null for a blank
    staffing.vetting_pending::integer as vetting_pending         -- people who wait for vetting
from landing.staffing as staffing
