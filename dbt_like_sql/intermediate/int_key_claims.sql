-- Which return in force keeps a row whose key stands in several of its kind and region: the one that arrived first, then by path (rule R04).
-- grain: one row a return and key
-- materialized: view
with keys as (
    select * from stg_keys
),

returns as (
    select * from stg_returns
)

select
    keys.return_id::varchar as return_id,        -- the return that holds the row
    keys.version::integer as version,            -- its version in force
    returns.kind::varchar as kind,               -- kind of return
    returns.region_code::varchar as region_code, -- region of the return
    keys.row_key::varchar as row_key,            -- the key, which counts once in a kind and region
    (row_number() over (
        partition by returns.kind, returns.region_code, keys.row_key
        order by returns.first_received_at, returns.return_path
    ) = 1)::boolean as is_kept                   -- whether this return keeps the row
from keys
inner join returns
    on returns.return_id = keys.return_id
    and returns.version_in_force = keys.version
