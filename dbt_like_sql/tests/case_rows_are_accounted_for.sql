-- Every filled row of a version is skipped as no case, accepted, quarantined or dropped as identical; the accepted landed.
-- on: stg_returns
with landed as (
    select
        return_id,
        version,
        count(*) as cases
    from stg_cases
    group by return_id, version
)

select
    versions.return_id,
    versions.version
from stg_versions as versions
left join stg_returns as returns
    on returns.return_id = versions.return_id
    and returns.version_in_force = versions.version
left join landed
    on landed.return_id = versions.return_id
    and landed.version = versions.version
where versions.rows_read <> versions.cases_received + versions.rows_skipped
    or versions.cases_received
    <> versions.cases_accepted + versions.cases_quarantined + versions.identical_dropped
    or (versions.outcome <> 'purged' and versions.cases_accepted <> coalesce(landed.cases, 0))
    or coalesce(returns.cases_received, versions.cases_received) <> versions.cases_received
    or coalesce(returns.cases_accepted, versions.cases_accepted) <> versions.cases_accepted
    or coalesce(returns.cases_quarantined, versions.cases_quarantined) <> versions.cases_quarantined
