-- Keys of the accepted rows of every kind of return whose key is no case reference, of every version that was read and not refused.
-- grain: one row a return, version and key
select
    keys.return_id::varchar as return_id,         -- the return that holds the row
    keys.version::integer as version,             -- its version
    keys.sheet::varchar as sheet,                 -- sheet of the row
    keys.row::integer as row_number,              -- row, as the spreadsheet shows it
    keys.column_name::varchar as column_name,     -- the field at whose cell a problem of the key is told
    keys.row_key::varchar as row_key              -- the key, in canonical spelling
from landing.keys as keys
