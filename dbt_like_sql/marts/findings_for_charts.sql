-- Every finding in one table, for charts: each region, inspected or not, and the nation.
-- grain: one row a level, region and measure: all regions, and the nation
-- key: level, region_code, measure_code
-- materialized: view
with measures as (
    select * from int_figures where figure_kind = 'measure'
),

places as (
    select
        'region' as level,
        region_code,
        region_name,
        region_order,
        country
    from int_regions
    union all
    select
        'nation' as level,
        null as region_code,
        null as region_name,
        null as region_order,
        null as country
),

regional as (
    select * from regional_findings
),

national as (
    select * from national_findings
)

select
    places.level::varchar as level,  -- region or nation
    places.region_code::varchar as region_code,  -- nDelius provider code of the region; null of the nation
    places.region_name::varchar as region_name,  -- name of the region; null of the nation
    places.region_order::integer as region_order,  -- place of the region in the order of slugs, which is no order of performance; null of the nation
    measures.figure_code::varchar as measure_code,  -- code of the measure
    measures.title::varchar as measure_title,  -- title of the measure
    measures.figure_order::integer as measure_order,  -- place of the measure in the order of publication
    measures.stage_label::varchar as stage_label,  -- stage or theme of the measure in words
    measures.polarity::varchar as polarity,  -- positive where a high figure speaks for the work, negative where it speaks against it
    coalesce(regional.cases_inspected, national.cases_inspected)::integer as cases_inspected,  -- accepted cases of the region, or of the nation's regions; null of a region without accepted cases
    coalesce(regional.relevant_cases, national.relevant_cases)::integer as relevant_cases,  -- of the cases inspected, those to which the measure applies and which answer it: the denominator of percentage; null of a region without accepted cases
    coalesce(regional.counted_cases, national.counted_cases)::integer as counted_cases,  -- of the relevant cases, those whose answer counts by the measure: the numerator of percentage; null of a region without accepted cases
    coalesce(regional.percentage, national.percentage)::double as percentage,  -- counted_cases of relevant_cases, 0 to 100, unrounded; null where no case is relevant, or none accepted
    coalesce(regional.percentage_rounded, national.percentage_rounded)::integer as percentage_rounded,  -- the percentage as a whole number, rounded half up; null where no case is relevant, or none accepted
    coalesce(regional.lower_95, national.lower_95)::double as lower_95,  -- lower bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant, or none accepted
    coalesce(regional.upper_95, national.upper_95)::double as upper_95,  -- upper bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant, or none accepted
    regional.rest_relevant_cases::integer as rest_relevant_cases,  -- relevant cases of the rest of the programme, all other regions with accepted cases: the denominator of rest_percentage; null of the nation and of a region without accepted cases
    regional.rest_counted_cases::integer as rest_counted_cases,  -- of the relevant cases of the rest, those whose answer counts by the measure: the numerator of rest_percentage; null of the nation and of a region without accepted cases
    regional.rest_percentage::double as rest_percentage,  -- rest_counted_cases of rest_relevant_cases, 0 to 100, unrounded; null of the nation, of a region without accepted cases, and where the rest has no relevant case
    regional.difference::double as difference,  -- percentage less rest_percentage, in percentage points; null of the nation, and where the region or the rest has no relevant case
    regional.difference_lower_95::double as difference_lower_95,  -- lower bound of the 95 per cent interval of the difference, by Newcombe's method 10, in percentage points; null of the nation, and where the region or the rest has no relevant case
    regional.difference_upper_95::double as difference_upper_95,  -- upper bound of the 95 per cent interval of the difference, by Newcombe's method 10, in percentage points; null of the nation, and where the region or the rest has no relevant case
    regional.p_value::double as p_value,  -- two-sided p value of Fisher's exact test of the region against the rest; null of the nation, and where the region or the rest has no relevant case
    regional.p_adjusted::double as p_adjusted,  -- the p value adjusted by Benjamini and Hochberg's method for all regions and measures; a complement's is that of the measure it complements; null of the nation, and where the region or the rest has no relevant case
    regional.differs_from_rest::boolean as differs_from_rest,  -- whether the adjusted p value is below 0.05; null of the nation, and where the region or the rest has no relevant case
    places.country::varchar as country  -- country of the region; null of the nation
from places
cross join measures
left join regional
    on places.level = 'region'
    and regional.region_code = places.region_code
    and regional.measure_code = measures.figure_code
left join national
    on places.level = 'nation'
    and national.measure_code = measures.figure_code
order by
    case places.level when 'region' then 1 else 2 end,
    places.region_order,
    measures.figure_order
