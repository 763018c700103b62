-- Reviewed corrections that were applied to the versions in force.
-- grain: one row a correction and cell
select
    corrections.return_id::varchar as return_id,       -- the return
    corrections.version::integer as version,           -- its version
    corrections.line::integer as line,                 -- line of the correction in corrections.csv
    corrections.sheet::varchar as sheet,               -- sheet of the cell
    corrections.row::integer as row_number,            -- its row
    corrections.column_name::varchar as column_name,   -- field or question that was corrected
    corrections.author_role::varchar as author_role,   -- role of who corrected it
    corrections.corrected_on::date as corrected_on     -- when
from landing.corrections as corrections
