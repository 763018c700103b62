-- What each version of a case scoring return makes of the measures of its region if it is in force and all other returns stay as they stand.
-- grain: one row a return, version that was read and not refused, and measure
-- materialized: view
with versions as (
    select
        stg_versions.return_id,
        stg_versions.version,
        returns.version_in_force,
        returns.region_code
    from stg_versions
    inner join stg_returns as returns on returns.return_id = stg_versions.return_id
    where returns.kind = 'case-scores'
        and stg_versions.outcome in ('in_force', 'superseded', 'held', 'never_in_force', 'withdrawn')
),

measures as (
    select * from int_figures where figure_kind = 'measure'
),

counts as (
    select * from int_return_figures where figure_kind = 'measure'
),

regions as (
    select * from int_figure_counts where level = 'region' and figure_kind = 'measure'
)

select
    versions.return_id::varchar as return_id,                    -- the return
    versions.version::integer as version,                        -- its version
    versions.region_code::varchar as region_code,                -- its region
    measures.figure_code::varchar as measure_code,               -- code of the measure
    coalesce(counts.relevant_cases, 0)::integer as relevant_cases,   -- relevant cases of the version
    coalesce(counts.counted_cases, 0)::integer as counted_cases,     -- of these, those that count
    (
        regions.relevant_cases - coalesce(in_force.relevant_cases, 0) + coalesce(counts.relevant_cases, 0)
    )::integer as region_relevant_cases,                         -- relevant cases of the region with this version
    (
        regions.counted_cases - coalesce(in_force.counted_cases, 0) + coalesce(counts.counted_cases, 0)
    )::integer as region_counted_cases                           -- of these, those that count
from versions
cross join measures
inner join regions
    on regions.region_code = versions.region_code
    and regions.figure_code = measures.figure_code
left join counts
    on counts.return_id = versions.return_id
    and counts.version = versions.version
    and counts.figure_code = measures.figure_code
left join counts as in_force
    on in_force.return_id = versions.return_id
    and in_force.version = versions.version_in_force
    and in_force.figure_code = measures.figure_code
