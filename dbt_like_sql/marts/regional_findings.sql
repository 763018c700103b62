-- How each region answers each measure.
-- grain: one row a region with accepted cases and measure
-- key: region_code, measure_code
with counts as (
    select * from int_figure_counts where level = 'region' and figure_kind = 'measure'
),

regions as (
    select * from int_regions
)

select
    counts.region_code::varchar as region_code,  -- nDelius provider code of the region
    regions.region_name::varchar as region_name,  -- name of the region
    counts.figure_code::varchar as measure_code,  -- code of the measure
    counts.title::varchar as measure_title,  -- title of the measure
    counts.stage::varchar as stage,  -- stage of the case or theme that the measure is of
    counts.polarity::varchar as polarity,  -- positive where a high figure is good, negative where it is bad
    counts.cases_inspected::integer as cases_inspected,  -- accepted cases
    counts.relevant_cases::integer as relevant_cases,  -- of these, cases to which the measure applies and which answer it
    counts.counted_cases::integer as counted_cases,  -- of these, cases that count towards the percentage
    counts.percentage::double as percentage,  -- counted of relevant cases, 0 to 100, unrounded; null where no case is relevant
    counts.percentage_rounded::integer as percentage_rounded,  -- the percentage as a whole number, rounded half up
    counts.lower_95::double as lower_95,  -- lower bound of the 95 per cent Wilson score interval, 0 to 100
    counts.upper_95::double as upper_95,  -- upper bound of the 95 per cent Wilson score interval, 0 to 100
    comparisons.rest_relevant_cases::integer as rest_relevant_cases,  -- relevant cases of the rest of the programme: all other regions with accepted cases
    comparisons.rest_counted_cases::integer as rest_counted_cases,  -- of these, cases that count towards the percentage
    comparisons.rest_percentage::double as rest_percentage,  -- counted of relevant cases of the rest, 0 to 100; null where it has no relevant case
    comparisons.difference::double as difference,  -- percentage less that of the rest, in percentage points; null, as all that follows from it, where either has no relevant case
    comparisons.difference_lower_95::double as difference_lower_95,  -- lower bound of the 95 per cent interval of the difference, by Newcombe's method 10, in percentage points
    comparisons.difference_upper_95::double as difference_upper_95,  -- upper bound of the 95 per cent interval of the difference, by Newcombe's method 10, in percentage points
    tests.p_value::double as p_value,  -- two-sided p value of Fisher's exact test of the region against the rest
    tests.p_adjusted::double as p_adjusted,  -- the p value adjusted by Benjamini and Hochberg's method for all regions and measures; a complement's is that of the measure it complements
    (tests.p_adjusted < 0.05)::boolean as differs_from_rest,  -- whether the adjusted p value is below 0.05
    counts.figure_order::integer as measure_order,  -- place of the measure in the order of publication
    counts.stage_label::varchar as stage_label,  -- stage or theme of the measure in words
    regions.region_order::integer as region_order,  -- place of the region in the order of slugs, which is no order of performance
    regions.country::varchar as country  -- country of the region
from counts
inner join regions on regions.region_code = counts.region_code
left join int_comparisons as comparisons
    on comparisons.region_code = counts.region_code
    and comparisons.measure_code = counts.figure_code
left join int_adjusted_tests as tests
    on tests.region_code = counts.region_code
    and tests.measure_code = counts.figure_code
where counts.cases_inspected > 0
order by counts.region_code, counts.figure_order
