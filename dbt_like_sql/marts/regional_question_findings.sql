-- How each region answers each question.
-- grain: one row a region with accepted cases and question
-- key: region_code, question_code
with counts as (
    select * from int_figure_counts where level = 'region' and figure_kind = 'question'
),

regions as (
    select * from int_regions
)

select
    counts.region_code::varchar as region_code,  -- nDelius provider code of the region
    regions.region_name::varchar as region_name,  -- name of the region
    counts.figure_code::varchar as question_code,  -- code of the core question; adjusted questions count with it
    counts.title::varchar as question_label,  -- what the question asks, in short
    counts.stage::varchar as stage,  -- stage of the case or theme that the question is of
    counts.question_kind::varchar as kind,  -- summary or prompt
    counts.cases_inspected::integer as cases_inspected,  -- accepted cases of the region
    counts.relevant_cases::integer as relevant_cases,  -- of the cases inspected, those to which the question applies and which answer it: the denominator of percentage
    counts.counted_cases::integer as counted_cases,  -- of the relevant cases, those answered yes: the numerator of percentage
    counts.percentage::double as percentage,  -- counted_cases of relevant_cases, 0 to 100, unrounded; null where no case is relevant
    counts.percentage_rounded::integer as percentage_rounded,  -- the percentage as a whole number, rounded half up; null where no case is relevant
    counts.lower_95::double as lower_95,  -- lower bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant
    counts.upper_95::double as upper_95,  -- upper bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant
    counts.stage_label::varchar as stage_label,  -- stage or theme of the question in words
    regions.region_order::integer as region_order,  -- place of the region in the order of slugs, which is no order of performance
    regions.country::varchar as country  -- country of the region
from counts
inner join regions on regions.region_code = counts.region_code
where counts.cases_inspected > 0
order by counts.region_code, counts.figure_order
