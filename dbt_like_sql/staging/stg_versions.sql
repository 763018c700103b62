-- Every version of every return, and what became of it.
-- grain: one row a return and version
select
    versions.return_id::varchar as return_id,                                  -- the return
    versions.version::integer as version,                                      -- its version, from 1
    versions.content_sha256::varchar as content_sha256,                        -- SHA-256 of the file as it arrived
    versions.received_at::timestamp as received_at,                            -- arrival, UTC
    versions.outcome::varchar as outcome,                                      -- in_force, superseded, held, never_in_force, refused, withdrawn or purged
    versions.cases_received::integer as cases_received,                        -- rows of cases, or of what the kind of return is of
    versions.cases_accepted::integer as cases_accepted,                        -- of these, accepted as the version stands by itself
    versions.cases_quarantined::integer as cases_quarantined,                  -- of these, held back
    versions.identical_dropped::integer as identical_dropped,                  -- of these, dropped as identical to another row
    versions.cases_lost::integer as cases_lost,                                -- cases, or keys, of the version in force before it that it no longer gives
    versions.rows_read::integer as rows_read,                                  -- filled rows under the headings of tables
    versions.rows_skipped::integer as rows_skipped,                            -- of these, none of that kind: totals, footnotes, repeated headings
    versions.cells_read::bigint as cells_read,                                 -- filled cells of all sheets
    versions.cells_used::bigint as cells_used,                                 -- of these, values of fields and questions
    versions.cells_in_headings::bigint as cells_in_headings,                   -- of these, headings and what stands above them
    versions.cells_in_skipped_rows::bigint as cells_in_skipped_rows,           -- of these, in rows that are skipped
    versions.cells_in_ignored_columns::bigint as cells_in_ignored_columns,     -- of these, under a blank or unknown heading
    versions.cells_in_personal_columns::bigint as cells_in_personal_columns,   -- of these, personal details, never stored
    versions.cells_in_other_sheets::bigint as cells_in_other_sheets            -- of these, on covers and sheets that were not read
from landing.versions as versions
