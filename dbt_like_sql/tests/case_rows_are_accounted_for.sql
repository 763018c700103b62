-- Every filled row of a version is skipped as no row of its kind, accepted, quarantined or dropped as identical; the accepted landed.
-- on: stg_returns
with landed_rows as (
    select
        return_id,
        version
    from stg_cases
    union all
    select
        return_id,
        version
    from stg_keys
    union all
    select
        return_id,
        version
    from stg_survey_responses
),

landed as (
    select
        return_id,
        version,
        count(*) as cases
    from landed_rows
    group by return_id, version
)

select
    versions.return_id,
    versions.version
from stg_versions as versions
inner join stg_returns as returns on returns.return_id = versions.return_id
inner join seeds.kinds as kinds on kinds.kind = returns.kind
left join landed
    on landed.return_id = versions.return_id
    and landed.version = versions.version
where versions.rows_read <> versions.cases_received + versions.rows_skipped
    or versions.cases_received
    <> versions.cases_accepted + versions.cases_quarantined + versions.identical_dropped
    or (
        versions.outcome <> 'purged'
        and versions.cases_accepted <> coalesce(landed.cases, 0)
        -- the rows of a kind without a key are in a table of its own
        and (kinds.key is not null or kinds.kind = 'staff-survey')
    )
    or (
        returns.version_in_force = versions.version
        and (
            returns.cases_received <> versions.cases_received
            or returns.cases_accepted <> versions.cases_accepted
            or returns.cases_quarantined <> versions.cases_quarantined
        )
    )
