-- The cases of the case scoring returns in force of a region add up to those of the programme's progress.
-- on: int_reconciliation
with in_force as (
    select
        region_slug,
        sum(cases_accepted) as cases_accepted,
        sum(cases_quarantined) as cases_quarantined
    from int_reconciliation
    where kind = 'case-scores'
    group by region_slug
)

select
    progress.region_code,
    progress.cases_accepted,
    progress.cases_quarantined
from programme_progress as progress
inner join seeds.regions as regions on regions.region_code = progress.region_code
left join in_force on in_force.region_slug = regions.region_slug
where (
        progress.cases_accepted = coalesce(in_force.cases_accepted, 0)
        and progress.cases_quarantined = coalesce(in_force.cases_quarantined, 0)
    ) is not true
