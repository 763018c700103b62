-- How the regions inspected so far together answer each question.
-- grain: one row a question
-- key: question_code
with counts as (
    select * from int_figure_counts where level = 'nation' and figure_kind = 'question'
)

select
    counts.figure_code::varchar as question_code,  -- code of the core question; adjusted questions count with it
    counts.title::varchar as question_label,  -- what the question asks, in short
    counts.stage::varchar as stage,  -- stage of the case or theme that the question is of
    counts.question_kind::varchar as kind,  -- summary or prompt
    counts.regions_included::integer as regions_included,  -- regions with accepted cases
    counts.regions_expected::integer as regions_expected,  -- regions of England and Wales
    (case when counts.regions_included = counts.regions_expected then 'final' else 'provisional' end)::varchar as status,  -- provisional until every region is included, then final
    counts.cases_inspected::integer as cases_inspected,  -- accepted cases of all regions that have any
    counts.relevant_cases::integer as relevant_cases,  -- of the cases inspected, those to which the question applies and which answer it: the denominator of percentage
    counts.counted_cases::integer as counted_cases,  -- of the relevant cases, those answered yes: the numerator of percentage
    counts.percentage::double as percentage,  -- counted_cases of relevant_cases, 0 to 100, unrounded; null where no case is relevant
    counts.percentage_rounded::integer as percentage_rounded,  -- the percentage as a whole number, rounded half up; null where no case is relevant
    counts.lower_95::double as lower_95,  -- lower bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant
    counts.upper_95::double as upper_95,  -- upper bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where no case is relevant
    counts.stage_label::varchar as stage_label  -- stage or theme of the question in words
from counts
order by counts.figure_order
