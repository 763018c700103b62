-- By characteristic counts are nested, figures agree with them, and what a marker withholds is not there.
-- on: characteristic_findings
with figures as (
    select
        *,
        counted_cases / nullif(cast(relevant_cases as double), 0) as p,
        lower_95 / 100 as lower_bound,
        upper_95 / 100 as upper_bound,
        1.959963984540054e0 as z
    from characteristic_findings
)

select
    characteristic,
    category,
    measure_code,
    marker
from figures
where (
        (marker is null and relevant_cases >= 30 or marker = 'u' and relevant_cases between 1 and 29)
        and 0 <= counted_cases and counted_cases <= relevant_cases and relevant_cases <= cases_inspected
        and abs(percentage - 100 * p) < 0.000001
        and 2 * percentage_rounded * relevant_cases <= 200 * counted_cases + relevant_cases
        and 2 * (percentage_rounded + 1) * relevant_cases > 200 * counted_cases + relevant_cases
        and abs(relevant_cases * (p - lower_bound) * (p - lower_bound) - z * z * lower_bound * (1 - lower_bound)) < 0.000001
        and abs(relevant_cases * (p - upper_bound) * (p - upper_bound) - z * z * upper_bound * (1 - upper_bound)) < 0.000001
        and 0 <= lower_bound and lower_bound <= p and p <= upper_bound and upper_bound <= 1
        and lower_bound < upper_bound
        or marker = 'z'
        and relevant_cases = 0 and counted_cases = 0 and cases_inspected >= 0
        and coalesce(percentage, percentage_rounded, lower_95, upper_95) is null
        or marker = 'c'
        and (cases_inspected is null or relevant_cases is null or counted_cases is null)
        and coalesce(percentage, percentage_rounded, lower_95, upper_95) is null
    ) is not true
