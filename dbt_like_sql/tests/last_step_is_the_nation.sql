-- The figures of the last step of the programme are the nation's.
-- on: findings_over_time
with last_step as (
    select *
    from findings_over_time
    where step = (select max(step) from findings_over_time)
)

select
    national.measure_code,
    last_step.step
from national_findings as national
left join last_step on last_step.measure_code = national.measure_code
where national.regions_included > 0
    and (
        last_step.measure_title is not distinct from national.measure_title
        and last_step.relevant_cases = national.relevant_cases
        and last_step.counted_cases is not distinct from national.counted_cases
        and last_step.percentage is not distinct from national.percentage
        and last_step.percentage_rounded is not distinct from national.percentage_rounded
        and last_step.lower_95 is not distinct from national.lower_95
        and last_step.upper_95 is not distinct from national.upper_95
    ) is not true
