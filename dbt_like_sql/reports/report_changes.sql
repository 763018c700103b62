-- What each version changed of a return, cell by cell.
-- grain: one row a return, version, key and column; one a row that was added or lost
-- materialized: view
with folders as (
    select * from int_return_folders
),

changes as (
    select * from stg_changes
),

columns as (
    select * from landing.columns
)

select
    folders.folder::varchar as folder,                      -- slug of the region, or first folder of the path of a return under no region
    folders.path_in_folder::varchar as path_in_folder,      -- path of the return under that folder
    folders.return_path::varchar as return_path,            -- path of the return as it is shown
    changes.version::integer as version,                    -- the later version
    (case when folders.kind = 'case-scores' then changes.row_key end)::varchar as case_pseudonym,   -- the case; null of another kind's row
    changes.change::varchar as change,                      -- case_added, case_lost or value_changed
    changes.column_name::varchar as column_name,            -- field or question whose value changed; null of a row that was added or lost
    changes.value_before::varchar as value_before,          -- its canonical value before; null for a blank
    changes.value_after::varchar as value_after,            -- its canonical value after; null for a blank
    changes.sheet::varchar as sheet,                        -- sheet of the row, in the later version unless it is lost
    changes.row_number::integer as row_number,              -- the row there
    concat(
        coalesce(columns.letters, ''), changes.row_number::varchar
    )::varchar as cell,                                     -- A1 address of the value; the row alone of one that was added or lost, or where the later version has no such column
    (case when folders.kind <> 'case-scores' then changes.row_key end)::varchar as row_key   -- key of another kind's row; null of a case
from changes
inner join folders on folders.return_id = changes.return_id
left join columns
    on columns.return_id = changes.return_id
    and columns.version = changes.version
    and columns.sheet = changes.sheet
    and columns.column_name = changes.column_name
