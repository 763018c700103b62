-- The progress has every region once, and its cases add up.
-- on: programme_progress
select
    regions.region_code,
    count(progress.region_code) as times
from seeds.regions as regions
left join programme_progress as progress
    on progress.region_code = regions.region_code
    and progress.cases_accepted + progress.cases_quarantined <= progress.cases_received
group by regions.region_code
having count(progress.region_code) <> 1
