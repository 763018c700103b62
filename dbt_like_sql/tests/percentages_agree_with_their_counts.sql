-- A percentage is that of its counts, lies within its interval and is null only where no case is relevant.
-- on: int_figure_counts
select
    region_code,
    figure_code,
    percentage,
    percentage_rounded,
    lower_95,
    upper_95
from int_figure_counts
where relevant_cases > 0 and (
        percentage is null
        or abs(percentage * relevant_cases - 100.0 * counted_cases) > 0.000001 * relevant_cases
        or 2 * percentage_rounded * relevant_cases > 200 * counted_cases + relevant_cases
        or 2 * (percentage_rounded + 1) * relevant_cases <= 200 * counted_cases + relevant_cases
        or not (0 <= lower_95 and lower_95 <= percentage + 0.000001)
        or not (percentage - 0.000001 <= upper_95 and upper_95 <= 100)
    )
    or relevant_cases = 0 and coalesce(percentage, percentage_rounded, lower_95, upper_95) is not null
