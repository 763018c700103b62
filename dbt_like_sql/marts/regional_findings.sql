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
    counts.polarity::varchar as polarity,  -- positive where a high figure speaks for the work, negative where it speaks against it
    counts.cases_inspected::integer as cases_inspected,  -- accepted cases of the region
    counts.relevant_cases::integer as relevant_cases,  -- of the cases inspected, those to which the measure applies and which answer it: the denominator of percentage
    counts.counted_cases::integer as counted_cases,  -- of the relevant cases, those whose answer counts by the measure: the numerator of percentage
    counts.percentage::double as percentage,  -- counted_cases of relevant_cases, 0 to 100, unrounded; null where no case is relevant
    counts.percentage_rounded::integer as percentage_rounded,  -- the percentage as a whole number, rounded half up; null where no case is relevant
    counts.lower_95::double as lower_95,  -- lower bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant
    counts.upper_95::double as upper_95,  -- upper bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant
    comparisons.rest_relevant_cases::integer as rest_relevant_cases,  -- relevant cases of the rest of the programme, all other regions with accepted cases: the denominator of rest_percentage
    comparisons.rest_counted_cases::integer as rest_counted_cases,  -- of the relevant cases of the rest, those whose answer counts by the measure: the numerator of rest_percentage
    comparisons.rest_percentage::double as rest_percentage,  -- rest_counted_cases of rest_relevant_cases, 0 to 100, unrounded; null where the rest has no relevant case
    comparisons.difference::double as difference,  -- percentage less rest_percentage, in percentage points; null where the region or the rest has no relevant case
    comparisons.difference_lower_95::double as difference_lower_95,  -- lower bound of the 95 per cent interval of the difference, by Newcombe's method 10, in percentage points; null where the region or the rest has no relevant case
    comparisons.difference_upper_95::double as difference_upper_95,  -- upper bound of the 95 per cent interval of the difference, by Newcombe's method 10, in percentage points; null where the region or the rest has no relevant case
    tests.p_value::double as p_value,  -- two-sided p value of Fisher's exact test of the region against the rest; null where the region or the rest has no relevant case
    tests.p_adjusted::double as p_adjusted,  -- the p value adjusted by Benjamini and Hochberg's method for all regions and measures; a complement's is that of the measure it complements; null where the region or the rest has no relevant case
    (tests.p_adjusted < 0.05)::boolean as differs_from_rest,  -- whether the adjusted p value is below 0.05; null where the region or the rest has no relevant case
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
