-- What changed among accepted rows from a version to the next that was not refused.
-- grain: one row a return, version, key and column; one a row that was added or lost
select
    changes.return_id::varchar as return_id,             -- the return
    changes.version::integer as version,                 -- the later version
    changes.row_key::varchar as row_key,                 -- the case, or the key of the row in another kind of return
    changes.change::varchar as change,                   -- case_added, case_lost or value_changed
    changes.column_name::varchar as column_name,         -- field or question whose value changed
    changes.value_before::varchar as value_before,       -- its canonical value before; null for a blank
    changes.value_after::varchar as value_after,         -- its canonical value after; null for a blank
    changes.sheet::varchar as sheet,                     -- sheet of the row, in the later version unless it is lost
    changes.row::integer as row_number                   -- the row there
from landing.changes as changes
