-- Where every row and cell of a return in force ended, cases that another return keeps (R04) among the quarantined.
-- grain: one row a return that is in force
with corrections as (
    select
        return_id,
        count(*) as corrected
    from stg_corrections
    group by return_id
)

select
    returns.return_id::varchar as return_id,                    -- the return
    returns.region_slug::varchar as region_slug,                -- its region
    returns.return_path::varchar as return_path,                -- path under the region's folder
    versions.version::integer as version,                       -- the version in force
    versions.rows_read::integer as rows_read,                   -- filled rows under the headings of case tables
    counts.cases_accepted::integer as cases_accepted,           -- of these, accepted, without the cases that another return keeps (R04)
    counts.cases_quarantined::integer as cases_quarantined,     -- of these, held back, with the cases that another return keeps (R04)
    counts.identical_dropped::integer as identical_dropped,     -- of these, dropped as identical to another row
    versions.rows_skipped::integer as rows_skipped,             -- of these, no case: totals, footnotes, repeated headings
    versions.cells_read::bigint as cells_read,                  -- filled cells of all sheets
    versions.cells_used::bigint as cells_used,                  -- of these, values of fields and questions of cases
    (
        versions.cells_in_headings
        + versions.cells_in_skipped_rows
        + versions.cells_in_ignored_columns
        + versions.cells_in_personal_columns
        + versions.cells_in_other_sheets
    )::bigint as cells_ignored,                                 -- of these, ignored for a declared reason
    coalesce(corrections.corrected, 0)::integer as cells_corrected,  -- of those used, mended by a reviewed correction
    returns.kind::varchar as kind                               -- kind of return
from stg_returns as returns
inner join stg_versions as versions
    on versions.return_id = returns.return_id
    and versions.version = returns.version_in_force
inner join int_version_counts as counts
    on counts.return_id = versions.return_id
    and counts.version = versions.version
left join corrections on corrections.return_id = returns.return_id
