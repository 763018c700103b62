-- Every figure at every level, with its statistics: the one place where they are computed.
-- grain: one row a level, region and figure
with levels as (
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
),

counts as (
    select
        inspected.level,
        inspected.region_code,
        figures.figure_kind,
        figures.figure_code,
        figures.figure_order,
        figures.title,
        figures.stage,
        figures.stage_label,
        figures.polarity,
        figures.question_kind,
        inspected.regions_included,
        inspected.regions_expected,
        inspected.cases_inspected,
        coalesce(answered.relevant_cases, 0) as relevant_cases,
        coalesce(answered.counted_cases, 0) as counted_cases
    from inspected
    cross join int_figures as figures
    left join answered
        on answered.level = inspected.level
        and coalesce(answered.region_code, '') = coalesce(inspected.region_code, '')
        and answered.figure_kind = figures.figure_kind
        and answered.figure_code = figures.figure_code
),

proportions as (
    select
        counts.*,
        counts.counted_cases / cast(nullif(counts.relevant_cases, 0) as double) as p,
        cast(nullif(counts.relevant_cases, 0) as double) as n,
        1.959963984540054e0 as z
    from counts
),

-- Wilson (1927): the score interval for a proportion, at 95 per cent
wilson as (
    select
        proportions.*,
        (p + z * z / (2 * n)) / (1 + z * z / n) as centre,
        z * sqrt((p * (1 - p) + z * z / (4 * n)) / n) / (1 + z * z / n) as half_width
    from proportions
)

select
    wilson.level::varchar as level,                            -- region, nation, or rest: all regions but one
    wilson.region_code::varchar as region_code,                -- region, or the one that the rest is without; null of the nation
    wilson.figure_kind::varchar as figure_kind,                -- measure or question
    wilson.figure_code::varchar as figure_code,                -- code of the measure or question
    wilson.figure_order::integer as figure_order,              -- order of publication
    wilson.title::varchar as title,                            -- title of the measure, label of the question
    wilson.stage::varchar as stage,                            -- stage or theme
    wilson.polarity::varchar as polarity,                      -- of a measure
    wilson.question_kind::varchar as question_kind,            -- of a question
    wilson.regions_included::integer as regions_included,      -- regions with accepted cases
    wilson.regions_expected::integer as regions_expected,      -- regions in all
    wilson.cases_inspected::integer as cases_inspected,        -- accepted cases
    wilson.relevant_cases::integer as relevant_cases,          -- of these, those for which the figure is relevant
    wilson.counted_cases::integer as counted_cases,            -- of these, those that count
    (100 * wilson.p)::double as percentage,                    -- of relevant cases, 0 to 100
    floor((200 * wilson.counted_cases + wilson.relevant_cases) / (2 * wilson.n))::integer as percentage_rounded, -- half up
    (case
        when wilson.p = 0 then 0  -- exactly, which floating point misses
        else 100 * (wilson.centre - wilson.half_width)
    end)::double as lower_95,                                  -- Wilson interval, 0 to 100
    (case
        when wilson.p = 1 then 100
        else 100 * (wilson.centre + wilson.half_width)
    end)::double as upper_95,                                  -- Wilson interval, 0 to 100
    wilson.stage_label::varchar as stage_label                 -- stage or theme in words
from wilson
