-- Every figure of every region.
-- grain: one row a region and figure
-- materialized: view
with figures as (
    select * from int_figure_counts where level = 'region'
),

regions as (
    select * from seeds.regions
)

select
    build.release_id::varchar as release_id,                     -- the release that holds the figure, if it was published
    regions.region_slug::varchar as region_slug,                 -- folder of the region
    regions.region_code::varchar as region_code,                 -- nDelius provider code of the region
    regions.region_name::varchar as region_name,                 -- name of the region
    figures.figure_kind::varchar as figure_kind,                 -- measure or question
    figures.figure_order::integer as figure_order,               -- order of publication among its kind
    figures.figure_code::varchar as figure_code,                 -- code of the measure or question
    figures.title::varchar as title,                             -- title of the measure, label of the question
    figures.cases_inspected::integer as cases_inspected,         -- accepted cases of the region
    figures.relevant_cases::integer as relevant_cases,           -- of these, those for which the figure is relevant
    figures.counted_cases::integer as counted_cases,             -- of these, those that count
    figures.percentage_rounded::integer as percentage_rounded    -- counted of relevant cases, rounded half up; null where no case is relevant
from figures
inner join regions on regions.region_code = figures.region_code
cross join landing.build as build
