-- The order in which the regions joined the findings: those with a publication order in that order, then the others by first accepted arrival, then by slug.
-- grain: one row a region with accepted cases
with inspected as (
    select distinct region_code from int_accepted_cases
),

-- what was ever in force: a withdrawal or a purge changes figures, and not the order in which regions joined
arrivals as (
    select
        returns.region_code,
        min(versions.received_at) as first_accepted_at
    from stg_versions as versions
    inner join stg_returns as returns on returns.return_id = versions.return_id
    inner join int_version_counts as counts
        on counts.return_id = versions.return_id
        and counts.version = versions.version
    where returns.kind = 'case-scores'
        and versions.outcome in ('in_force', 'superseded', 'withdrawn', 'purged')
        and counts.cases_accepted > 0
    group by returns.region_code
)

select
    (row_number() over (
        order by
            programme.publication_order::integer nulls last,
            arrivals.first_accepted_at,
            regions.region_slug
    ))::integer as step,                                             -- from 1, without gaps
    inspected.region_code::varchar as region_code                    -- the region that joined
from inspected
inner join seeds.regions as regions on regions.region_code = inspected.region_code
left join seeds.programme as programme on programme.region_code = inspected.region_code
left join arrivals on arrivals.region_code = inspected.region_code
