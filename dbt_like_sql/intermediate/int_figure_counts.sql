-- Every figure at every level, with its statistics.
-- grain: one row a level, region and figure
with counts as (
    select * from int_level_counts
),

figures as (
    select * from int_figures
),

proportions as (
    select * from int_proportions
)

select
    counts.level::varchar as level,                                 -- region, nation, rest or step
    counts.region_code::varchar as region_code,                     -- the region, or that which joined, or that the rest is without; null of the nation
    counts.figure_kind::varchar as figure_kind,                     -- measure or question
    counts.figure_code::varchar as figure_code,                     -- code of the measure or question
    figures.figure_order::integer as figure_order,                  -- order of publication
    figures.title::varchar as title,                                -- title of the measure, label of the question
    figures.stage::varchar as stage,                                -- stage or theme
    figures.polarity::varchar as polarity,                          -- of a measure
    figures.question_kind::varchar as question_kind,                -- of a question
    counts.regions_included::integer as regions_included,           -- regions with accepted cases
    counts.regions_expected::integer as regions_expected,           -- regions in all
    counts.cases_inspected::integer as cases_inspected,             -- accepted cases
    counts.relevant_cases::integer as relevant_cases,               -- of these, those for which the figure is relevant
    counts.counted_cases::integer as counted_cases,                 -- of these, those that count
    proportions.percentage::double as percentage,                   -- of relevant cases, 0 to 100
    proportions.percentage_rounded::integer as percentage_rounded,  -- half up
    proportions.lower_95::double as lower_95,                       -- Wilson interval, 0 to 100
    proportions.upper_95::double as upper_95,                       -- Wilson interval, 0 to 100
    figures.stage_label::varchar as stage_label                     -- stage or theme in words
from counts
inner join figures
    on figures.figure_kind = counts.figure_kind
    and figures.figure_code = counts.figure_code
left join proportions
    on proportions.relevant = counts.relevant_cases
    and proportions.counted = counts.counted_cases
