-- Every region with accepted cases is one step, the steps are numbered without gaps, and each has every measure once.
-- on: findings_over_time
with steps as (
    select
        region_code,
        step,
        count(*) as findings,
        count(distinct measure_code) as measures,
        min(regions_included) as least_regions,
        max(regions_included) as most_regions
    from findings_over_time
    group by region_code, step
),

inspected as (
    select distinct region_code from int_accepted_cases
)

select
    inspected.region_code as inspected_region,
    steps.region_code,
    steps.step
from inspected
full outer join steps on steps.region_code = inspected.region_code
where (
        inspected.region_code is not null
        and steps.findings = steps.measures
        and steps.measures = (select count(*) from seeds.measures)
        and steps.least_regions = steps.step
        and steps.most_regions = steps.step
    ) is not true
