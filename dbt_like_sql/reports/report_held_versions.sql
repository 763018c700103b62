-- The versions that wait for acceptance, since each would lose many of the cases of the version in force.
-- grain: one row a return of which a version is held
-- materialized: view
with versions as (
    select * from stg_versions where outcome = 'held'
),

returns as (
    select * from stg_returns
)

select
    returns.region_slug::varchar as region_slug,              -- folder of the region
    returns.return_path::varchar as return_path,              -- path of the return under it
    versions.version::integer as version,                     -- the version that is held
    versions.cases_lost::integer as cases_lost,               -- cases of the version in force that it no longer gives
    returns.cases_accepted::integer as cases_in_force         -- cases of the version in force, accepted as it stands by itself, like those it would lose
from versions
inner join returns on returns.return_id = versions.return_id
