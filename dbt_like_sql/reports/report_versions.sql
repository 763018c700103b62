-- The history of the returns: every version, and what became of it.
-- grain: one row a return and version
-- materialized: view
with folders as (
    select * from int_return_folders
),

versions as (
    select * from stg_versions
),

counts as (
    select * from int_version_counts
)

select
    folders.folder::varchar as folder,                           -- slug of the region, or first folder of the path of a return under no region
    folders.path_in_folder::varchar as path_in_folder,           -- path of the return under that folder
    folders.return_path::varchar as return_path,                 -- path of the return as it is shown
    versions.version::integer as version,                        -- its version, from 1
    versions.content_sha256::varchar as content_sha256,          -- SHA-256 of the file as it arrived
    versions.received_at::timestamp as received_at,              -- arrival, UTC
    versions.outcome::varchar as outcome,                        -- in_force, superseded, held, never_in_force, refused, withdrawn or purged
    counts.cases_received::integer as cases_received,            -- case rows
    counts.cases_accepted::integer as cases_accepted,            -- of these, accepted; of the version in force without the cases that another return keeps (R04)
    counts.cases_quarantined::integer as cases_quarantined,      -- of these, held back; of the version in force with the cases that another return keeps (R04)
    counts.identical_dropped::integer as identical_dropped,      -- of these, dropped as identical to another row
    versions.cases_lost::integer as cases_lost                   -- cases of the version in force before it that it no longer gives; null where none was
from versions
inner join folders on folders.return_id = versions.return_id
inner join counts
    on counts.return_id = versions.return_id
    and counts.version = versions.version
