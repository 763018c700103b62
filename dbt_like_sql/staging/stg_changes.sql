-- What changed among accepted cases from a version to the next that was not refused.
-- grain: one row a return, version, case and column; one a case that was added or lost
select
    changes.return_id::varchar as return_id,             -- the return
    changes.version::integer as version,                 -- the later version
    changes.case_pseudonym::varchar as case_pseudonym,   -- the case
    changes.change::varchar as change,                   -- case_added, case_lost or value_changed
    changes.column_name::varchar as column_name,         -- field or question whose value changed
    changes.value_before::varchar as value_before,       -- its canonical value before; null for a blank
    changes.value_after::varchar as value_after,         -- its canonical value after; null for a blank
    changes.sheet::varchar as sheet,                     -- sheet of the case, in the later version unless it is lost
    changes.row::integer as row_number                   -- its row there
from landing.changes as changes
