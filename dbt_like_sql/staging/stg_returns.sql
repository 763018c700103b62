-- Every return that ever arrived, as it stands now.
-- grain: one row a return
select
    returns.return_id::varchar as return_id,                      -- what the return is known by
    returns.kind::varchar as kind,                                -- kind of return, such as case-scores, also of a file under no region
    returns.region_code::varchar as region_code,                  -- nDelius provider code; null where it lies under no region
    returns.region_slug::varchar as region_slug,                  -- folder of the region
    returns.return_path::varchar as return_path,                  -- path under the region's folder
    returns.first_received_at::timestamp as first_received_at,    -- arrival of its first version, UTC
    returns.last_received_at::timestamp as last_received_at,      -- arrival of its latest version, UTC
    returns.version_in_force::integer as version_in_force,        -- null where none is
    returns.is_refused::boolean as is_refused,                    -- the latest version is refused
    returns.is_held::boolean as is_held,                          -- a later version than the one in force waits for acceptance
    returns.cases_received::integer as cases_received,            -- rows of the version in force, of cases or of what its kind is of
    returns.cases_accepted::integer as cases_accepted,            -- of these, accepted as the return stands by itself
    returns.cases_quarantined::integer as cases_quarantined,      -- of these, held back as the return stands by itself
    returns.identical_dropped::integer as identical_dropped       -- of these, dropped as identical to another row
from landing.returns as returns
