-- What the returns in force of a region make of a measure adds up to what is counted for the region.
-- on: int_version_findings
with in_force as (
    select
        findings.region_code,
        findings.measure_code,
        sum(findings.relevant_cases) as relevant_cases,
        sum(findings.counted_cases) as counted_cases
    from int_version_findings as findings
    inner join stg_returns as returns
        on returns.return_id = findings.return_id
        and returns.version_in_force = findings.version
    group by findings.region_code, findings.measure_code
)

select
    in_force.region_code,
    in_force.measure_code
from in_force
inner join int_figure_counts as published
    on published.level = 'region'
    and published.figure_kind = 'measure'
    and published.region_code = in_force.region_code
    and published.figure_code = in_force.measure_code
where in_force.relevant_cases <> published.relevant_cases
    or in_force.counted_cases <> published.counted_cases
