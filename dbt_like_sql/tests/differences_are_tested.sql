-- A difference is the region's percentage less that of the rest, lies in its interval, and has a p value; it is null, with
-- all that follows from it, only where either side has no relevant case.
-- on: regional_findings
select
    region_code,
    measure_code
from regional_findings
where (rest_percentage is null) <> (rest_relevant_cases = 0)
    or abs(rest_percentage - 100.0 * rest_counted_cases / nullif(rest_relevant_cases, 0)) > 0.000001
    or relevant_cases > 0 and rest_relevant_cases > 0 and (
        abs(difference - (percentage - rest_percentage)) < 0.000001
        and -100.000001 < difference_lower_95 and difference_upper_95 < 100.000001
        and difference_lower_95 <= difference and difference <= difference_upper_95
        and 0 <= p_value and p_value <= p_adjusted + 0.000000001 and p_adjusted <= 1
        and differs_from_rest = (p_adjusted < 0.05)
    ) is not true
    or (relevant_cases = 0 or rest_relevant_cases = 0) and (
        coalesce(difference, difference_lower_95, difference_upper_95, p_value, p_adjusted) is not null
        or differs_from_rest is not null
    )
