-- What became of the rows of each version, of cases or of what its kind of return is of: of one in force with rule R04 applied, of any other as it stands by itself.
-- grain: one row a return and version
with versions as (
    select * from stg_versions
),

returns as (
    select * from stg_returns
),

clashing as (
    select return_id from int_case_claims where not is_kept
    union all
    select return_id from int_key_claims where not is_kept
),

clashes as (
    select
        return_id,
        count(*) as cases
    from clashing
    group by return_id
)

select
    versions.return_id::varchar as return_id,                     -- the return
    versions.version::integer as version,                         -- its version
    versions.cases_received::integer as cases_received,           -- case rows
    (
        versions.cases_accepted - coalesce(clashes.cases, 0)
    )::integer as cases_accepted,                                 -- of these, accepted; of the version in force without the cases that another return keeps (R04)
    (
        versions.cases_quarantined + coalesce(clashes.cases, 0)
    )::integer as cases_quarantined,                              -- of these, held back; of the version in force with the cases that another return keeps (R04)
    versions.identical_dropped::integer as identical_dropped      -- of these, dropped as identical to another row
from versions
left join returns
    on returns.return_id = versions.return_id
    and returns.version_in_force = versions.version
left join clashes on clashes.return_id = returns.return_id  -- none where the version is not in force
