-- Counted cases are among the relevant ones, and these among the inspected ones.
-- on: int_figure_counts
select
    region_code,
    figure_code,
    counted_cases,
    relevant_cases,
    cases_inspected
from int_figure_counts
where (0 <= counted_cases and counted_cases <= relevant_cases and relevant_cases <= cases_inspected) is not true
