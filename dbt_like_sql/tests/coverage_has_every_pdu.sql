-- Each region of the milestone has PDUs, each once; they add up to its cases where none is withheld.
-- on: sample_coverage
with regions as (
    select
        region_code,
        max(cases_inspected) as cases_inspected
    from sample_profile
    where level = 'region'
    group by region_code
),

coverage as (
    select
        region_code,
        count(*) as rows_found,
        count(distinct pdu_slug) as pdus,
        sum(cases_accepted) as cases_shown,
        sum(case when marker = 'c' then 1 else 0 end) as withheld,
        sum(case when cases_accepted >= 0 and marker is null or cases_accepted is null and marker = 'c' then 0 else 1 end) as wrong
    from sample_coverage
    group by region_code
)

select
    coalesce(regions.region_code, coverage.region_code) as region_code,
    coverage.rows_found,
    coverage.pdus
from regions
full join coverage on coverage.region_code = regions.region_code
where (
        coverage.rows_found = coverage.pdus
        and coverage.wrong = 0
        and coalesce(coverage.cases_shown, 0) <= regions.cases_inspected
        and (coverage.withheld > 0 or coverage.cases_shown = regions.cases_inspected)
    ) is not true
