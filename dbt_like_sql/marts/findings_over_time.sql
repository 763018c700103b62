-- The national findings as the programme progressed: after each region joined, with the figures of today.
-- grain: one row a step and measure
-- key: step, measure_code
with counts as (
    select * from int_figure_counts where level = 'step' and figure_kind = 'measure'
),

steps as (
    select * from int_steps
)

select
    steps.step::integer as step,  -- place in the order in which regions joined: by publication, those without a place in it by first accepted arrival
    steps.region_code::varchar as region_code,  -- nDelius provider code of the region that joined
    regions.region_name::varchar as region_name,  -- name of the region that joined
    programme.report_published_on::date as published_on,  -- when its report was published; null where that is not known
    counts.regions_included::integer as regions_included,  -- regions with accepted cases up to this step and with it
    counts.figure_code::varchar as measure_code,  -- code of the measure
    counts.title::varchar as measure_title,  -- title of the measure
    counts.relevant_cases::integer as relevant_cases,  -- accepted cases of these regions to which the measure applies and which answer it: the denominator of percentage
    counts.counted_cases::integer as counted_cases,  -- of the relevant cases, those whose answer counts by the measure: the numerator of percentage
    counts.percentage::double as percentage,  -- counted_cases of relevant_cases, 0 to 100, unrounded; null where no case is relevant
    counts.percentage_rounded::integer as percentage_rounded,  -- the percentage as a whole number, rounded half up; null where no case is relevant
    counts.lower_95::double as lower_95,  -- lower bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant
    counts.upper_95::double as upper_95  -- upper bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant
from counts
inner join steps on steps.region_code = counts.region_code
inner join seeds.regions as regions on regions.region_code = steps.region_code
left join seeds.programme as programme on programme.region_code = steps.region_code
order by steps.step, counts.figure_order
