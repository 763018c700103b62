-- The versions that wait for acceptance, since each would lose many of the cases, or of another kind's rows, of the version in force.
-- grain: one row a return of which a version is held
-- materialized: view
with versions as (
    select * from stg_versions where outcome = 'held'
),

returns as (
    select * from stg_returns
),

-- people's answers, which have no key, are not counted here: few of them are a secret
keyed as (
    select kind from seeds.kinds where key is not null
)

select
    returns.region_slug::varchar as region_slug,              -- folder of the region
    returns.return_path::varchar as return_path,              -- path of the return under it
    versions.version::integer as version,                     -- the version that is held
    (case
        when keyed.kind is not null then versions.cases_lost
    end)::integer as cases_lost,                              -- cases or rows of the version in force that it no longer gives; null of people's answers
    (case
        when keyed.kind is not null then returns.cases_accepted
    end)::integer as cases_in_force                           -- cases or rows of the version in force, accepted as it stands by itself, like those it would lose; null likewise
from versions
inner join returns on returns.return_id = versions.return_id
left join keyed on keyed.kind = returns.kind
