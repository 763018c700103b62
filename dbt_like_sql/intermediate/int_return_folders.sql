-- The folder by which people ask for a return: that of its region, or the first of its path where it lies under no region.
-- grain: one row a return
-- materialized: view
with returns as (
    select
        return_id,
        kind,
        region_slug,
        return_path,
        position('/' in return_path) as first_slash
    from stg_returns
)

select
    returns.return_id::varchar as return_id,                                  -- the return
    (case
        when returns.region_slug is not null then returns.region_slug
        when returns.first_slash > 0 then substring(returns.return_path, 1, returns.first_slash - 1)
    end)::varchar as folder,                                                  -- slug of its region, or first folder of its path; null where it lies in no folder
    (case
        when returns.region_slug is not null then returns.return_path
        else substring(returns.return_path, returns.first_slash + 1)
    end)::varchar as path_in_folder,                                          -- its path under that folder
    returns.return_path::varchar as return_path,                              -- its path as it is shown, which begins with the folder where that is no region's
    returns.kind::varchar as kind                                             -- kind of return
from returns
