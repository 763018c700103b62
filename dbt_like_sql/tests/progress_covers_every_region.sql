-- The progress has every region once, its cases add up, and its status is what its counts say.
-- on: programme_progress
select
    regions.region_code,
    count(progress.region_code) as times
from seeds.regions as regions
left join programme_progress as progress
    on progress.region_code = regions.region_code
    and progress.cases_accepted + progress.cases_quarantined <= progress.cases_received
    and progress.status = case
        when progress.cases_accepted > 0 then 'included'
        when progress.returns_received > 0 then 'in_progress'
        else 'not_started'
    end
group by regions.region_code
having count(progress.region_code) <> 1
