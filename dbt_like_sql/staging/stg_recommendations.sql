-- Recommendations and what became of them, of every version that was read and not refused.
-- grain: one row a return, version and number
select
    recommendations.return_id::varchar as return_id,      -- the return that holds the recommendation
    recommendations.version::integer as version,          -- its version
    recommendations.sheet::varchar as sheet,              -- sheet of the row
    recommendations.row::integer as row_number,           -- row, as the spreadsheet shows it
    recommendations.row_key::varchar as row_key,          -- the number, as the key of the row
    recommendations.number::integer as number,            -- number within the region
    recommendations.addressee::varchar as addressee,      -- region or hmpps
    recommendations.text::varchar as text,                -- the recommendation
    recommendations.accepted::varchar as accepted,        -- yes, partly, no or awaited
    recommendations.action::varchar as action,            -- what will be done; null for a blank
    recommendations.owner_role::varchar as owner_role,    -- role of whoever sees to it; null for a blank
    recommendations.due_on::date as due_on,               -- the day by which it is to be done; null for a blank
    recommendations.status::varchar as status,            -- not_started, in_progress or completed
    recommendations.updated_on::date as updated_on        -- the day that the row speaks of
from landing.recommendations as recommendations
