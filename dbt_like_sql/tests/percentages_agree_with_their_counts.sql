-- Percentage, rounding and interval are those of the counts, and are null only where no case is relevant.
-- on: int_figure_counts
with figures as (
    select
        *,
        counted_cases / nullif(cast(relevant_cases as double), 0) as p,
        lower_95 / 100 as lower_bound,
        upper_95 / 100 as upper_bound,
        1.959963984540054e0 as z
    from int_figure_counts
)

select
    region_code,
    figure_code,
    percentage,
    percentage_rounded,
    lower_95,
    upper_95
from figures
where relevant_cases > 0 and (
        abs(percentage - 100 * p) < 0.000001
        and 2 * percentage_rounded * relevant_cases <= 200 * counted_cases + relevant_cases
        and 2 * (percentage_rounded + 1) * relevant_cases > 200 * counted_cases + relevant_cases
        -- Wilson's bounds are the two proportions from which the observed one is z standard errors away
        and abs(relevant_cases * (p - lower_bound) * (p - lower_bound) - z * z * lower_bound * (1 - lower_bound)) < 0.000001
        and abs(relevant_cases * (p - upper_bound) * (p - upper_bound) - z * z * upper_bound * (1 - upper_bound)) < 0.000001
        and 0 <= lower_bound and lower_bound <= p and p <= upper_bound and upper_bound <= 1
        and lower_bound < upper_bound
    ) is not true
    or relevant_cases = 0 and coalesce(percentage, percentage_rounded, lower_95, upper_95) is not null
