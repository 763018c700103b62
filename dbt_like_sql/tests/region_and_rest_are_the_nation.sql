-- A region and the rest of the programme together have the nation's counts.
-- on: int_comparisons
select
    comparisons.region_code,
    comparisons.measure_code
from int_comparisons as comparisons
left join int_figure_counts as national
    on national.level = 'nation'
    and national.figure_kind = 'measure'
    and national.figure_code = comparisons.measure_code
where (
        comparisons.relevant_cases + comparisons.rest_relevant_cases = national.relevant_cases
        and comparisons.counted_cases + comparisons.rest_counted_cases = national.counted_cases
    ) is not true
