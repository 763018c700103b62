-- How acceptance and status of each recommendation changed from version to version of the return that keeps it.
-- grain: one row a region, number and version: the first that has it and every one in which acceptance or status changed
-- key: region_code, number, version
with versions as (
    select
        claims.region_code,
        recommendations.number,
        recommendations.version,
        recommendations.accepted,
        recommendations.status,
        recommendations.updated_on,
        max(recommendations.accepted) over (
            partition by recommendations.return_id, recommendations.row_key
            order by recommendations.version
            rows between 1 preceding and 1 preceding
        ) as accepted_before,
        max(recommendations.status) over (
            partition by recommendations.return_id, recommendations.row_key
            order by recommendations.version
            rows between 1 preceding and 1 preceding
        ) as status_before
    from stg_recommendations as recommendations
    inner join stg_versions as versions
        on versions.return_id = recommendations.return_id
        and versions.version = recommendations.version
    inner join int_key_claims as claims
        on claims.return_id = recommendations.return_id
        and claims.row_key = recommendations.row_key
    where claims.is_kept
        and versions.outcome in ('superseded', 'in_force')
)

select
    versions.region_code::varchar as region_code,  -- nDelius provider code of the region
    versions.number::integer as number,  -- the recommendation's number within the region
    versions.version::integer as version,  -- version of the return, from 1, as it arrived
    versions.accepted::varchar as accepted,  -- whether the addressee accepts it, in that version: yes, partly, no or awaited
    versions.status::varchar as status,  -- how far it has come, in that version: not_started, in_progress or completed
    versions.updated_on::date as updated_on  -- the day that the row speaks of, in that version
from versions
where coalesce(versions.accepted_before, '') <> versions.accepted  -- nothing before the first
    or coalesce(versions.status_before, '') <> versions.status
order by versions.region_code, versions.number, versions.version
