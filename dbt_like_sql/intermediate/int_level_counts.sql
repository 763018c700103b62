-- How many cases are relevant to every figure at every level, and count.
-- grain: one row a level, region and figure
with steps as (
    select * from int_steps
),

levels as (
    select
        'region' as level,
        regions.region_code,
        regions.region_code as counted_region
    from seeds.regions as regions
    union all
    select
        'nation' as level,
        null as region_code,
        regions.region_code as counted_region
    from seeds.regions as regions
    union all
    select
        'rest' as level,
        regions.region_code,
        others.region_code as counted_region
    from seeds.regions as regions
    inner join seeds.regions as others on others.region_code <> regions.region_code
    union all
    select
        'step' as level,
        steps.region_code,
        counted.region_code as counted_region
    from steps
    inner join steps as counted on counted.step <= steps.step
),

inspected_by_region as (
    select
        region_code,
        count(*) as cases
    from int_accepted_cases
    group by region_code
),

inspected as (
    select
        levels.level,
        levels.region_code,
        coalesce(sum(inspected_by_region.cases), 0) as cases_inspected,
        count(inspected_by_region.region_code) as regions_included,
        count(*) as regions_expected
    from levels
    left join inspected_by_region on inspected_by_region.region_code = levels.counted_region
    group by levels.level, levels.region_code
),

answered_by_region as (
    select
        figure_kind,
        figure_code,
        region_code,
        sum(relevant_cases) as relevant_cases,
        sum(counted_cases) as counted_cases
    from int_return_figures
    where is_in_force
    group by figure_kind, figure_code, region_code
),

answered as (
    select
        levels.level,
        levels.region_code,
        answered_by_region.figure_kind,
        answered_by_region.figure_code,
        sum(answered_by_region.relevant_cases) as relevant_cases,
        sum(answered_by_region.counted_cases) as counted_cases
    from levels
    inner join answered_by_region on answered_by_region.region_code = levels.counted_region
    group by levels.level, levels.region_code, answered_by_region.figure_kind, answered_by_region.figure_code
)

select
    inspected.level::varchar as level,                                        -- region, nation, rest: all regions but one, or step: the nation after a region joined
    inspected.region_code::varchar as region_code,                            -- the region, or that which joined, or that the rest is without; null of the nation
    figures.figure_kind::varchar as figure_kind,                              -- measure or question
    figures.figure_code::varchar as figure_code,                              -- code of the measure or question
    inspected.regions_included::integer as regions_included,                  -- regions with accepted cases
    inspected.regions_expected::integer as regions_expected,                  -- regions in all
    inspected.cases_inspected::integer as cases_inspected,                    -- accepted cases
    coalesce(answered.relevant_cases, 0)::integer as relevant_cases,          -- of these, those for which the figure is relevant
    coalesce(answered.counted_cases, 0)::integer as counted_cases             -- of these, those that count
from inspected
cross join int_figures as figures
left join answered
    on answered.level = inspected.level
    and coalesce(answered.region_code, '') = coalesce(inspected.region_code, '')
    and answered.figure_kind = figures.figure_kind
    and answered.figure_code = figures.figure_code
