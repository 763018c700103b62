-- No figure stands beside a marker, and none is of fewer staff than the minimum; those that are shown agree with their counts.
-- on: staff_survey_findings
with figures as (
    select
        findings.*,
        settings.survey_minimum,
        findings.agreeing / nullif(cast(findings.respondents as double), 0) as p,
        findings.lower_95 / 100 as lower_bound,
        findings.upper_95 / 100 as upper_bound,
        1.959963984540054e0 as z
    from staff_survey_findings as findings
    cross join landing.settings as settings
)

select
    level,
    region_code,
    statement_code,
    marker
from figures
where (
        marker is null
        and respondents >= survey_minimum
        and 0 <= agreeing and agreeing <= respondents
        and abs(percentage - 100 * p) < 0.000001
        and 2 * percentage_rounded * respondents <= 200 * agreeing + respondents
        and 2 * (percentage_rounded + 1) * respondents > 200 * agreeing + respondents
        and abs(respondents * (p - lower_bound) * (p - lower_bound) - z * z * lower_bound * (1 - lower_bound)) < 0.000001
        and abs(respondents * (p - upper_bound) * (p - upper_bound) - z * z * upper_bound * (1 - upper_bound)) < 0.000001
        and 0 <= lower_bound and lower_bound <= p and p <= upper_bound and upper_bound <= 1
        and lower_bound < upper_bound
        or marker = 'c'
        and coalesce(respondents, agreeing, percentage, percentage_rounded, lower_95, upper_95) is null
    ) is not true
