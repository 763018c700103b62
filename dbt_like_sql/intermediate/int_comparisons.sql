-- How far each region's measures are from those of the rest of the programme: all other regions with accepted cases.
-- grain: one row a region with accepted cases and measure
with regional as (
    select * from int_figure_counts where level = 'region' and figure_kind = 'measure'
),

rest as (
    select * from int_figure_counts where level = 'rest' and figure_kind = 'measure'
),

pairs as (
    select
        regional.region_code,
        regional.figure_code,
        regional.relevant_cases,
        regional.counted_cases,
        coalesce(rest.relevant_cases, 0) as rest_relevant_cases,
        coalesce(rest.counted_cases, 0) as rest_counted_cases,
        rest.percentage as rest_percentage,
        regional.percentage - rest.percentage as difference,
        regional.percentage - regional.lower_95 as below,
        regional.upper_95 - regional.percentage as above,
        rest.percentage - rest.lower_95 as rest_below,
        rest.upper_95 - rest.percentage as rest_above
    from regional
    left join rest on rest.region_code = regional.region_code and rest.figure_code = regional.figure_code
    where regional.cases_inspected > 0
)

-- Newcombe (1998), method 10: how far the Wilson bounds are from their percentages, as two sides of a right triangle
select
    pairs.region_code::varchar as region_code,                             -- region
    pairs.figure_code::varchar as measure_code,                            -- measure
    pairs.relevant_cases::integer as relevant_cases,                       -- of the region
    pairs.counted_cases::integer as counted_cases,                         -- of these, those that count
    pairs.rest_relevant_cases::integer as rest_relevant_cases,             -- of the rest
    pairs.rest_counted_cases::integer as rest_counted_cases,               -- of these, those that count
    pairs.rest_percentage::double as rest_percentage,                      -- of the rest, 0 to 100; null where it has no relevant case
    pairs.difference::double as difference,                                -- region less rest, percentage points; null where either has no relevant case
    (pairs.difference - sqrt(pairs.below * pairs.below + pairs.rest_above * pairs.rest_above))::double as difference_lower_95, -- its 95 per cent interval
    (pairs.difference + sqrt(pairs.above * pairs.above + pairs.rest_below * pairs.rest_below))::double as difference_upper_95  -- its 95 per cent interval
from pairs
