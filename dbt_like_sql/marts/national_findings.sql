-- How the regions inspected so far together answer each measure.
-- grain: one row a measure
-- key: measure_code
with counts as (
    select * from int_figure_counts where level = 'nation' and figure_kind = 'measure'
)

select
    counts.figure_code::varchar as measure_code,  -- code of the measure
    counts.title::varchar as measure_title,  -- title of the measure
    counts.stage::varchar as stage,  -- stage of the case or theme that the measure is of
    counts.polarity::varchar as polarity,  -- positive where a high figure speaks for the work, negative where it speaks against it
    counts.regions_included::integer as regions_included,  -- regions with accepted cases
    counts.regions_expected::integer as regions_expected,  -- regions of England and Wales
    (case when counts.regions_included = counts.regions_expected then 'final' else 'provisional' end)::varchar as status,  -- provisional until every region is included, then final
    counts.cases_inspected::integer as cases_inspected,  -- accepted cases of all regions that have any
    counts.relevant_cases::integer as relevant_cases,  -- of the cases inspected, those to which the measure applies and which answer it: the denominator of percentage
    counts.counted_cases::integer as counted_cases,  -- of the relevant cases, those whose answer counts by the measure: the numerator of percentage
    counts.percentage::double as percentage,  -- counted_cases of relevant_cases, 0 to 100, unrounded; null where no case is relevant
    counts.percentage_rounded::integer as percentage_rounded,  -- the percentage as a whole number, rounded half up; null where no case is relevant
    counts.lower_95::double as lower_95,  -- lower bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant
    counts.upper_95::double as upper_95,  -- upper bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant
    counts.figure_order::integer as measure_order,  -- place of the measure in the order of publication
    counts.stage_label::varchar as stage_label  -- stage or theme of the measure in words
from counts
order by counts.figure_order
