-- How many cases of the sample are of each PDU in the regions of the last milestone; what would identify people is withheld.
-- grain: one row a PDU of a region of the milestone
-- key: region_code, pdu_slug
with coverage as (
    select * from landing.milestone_profile where characteristic = 'pdu'
)

select
    coverage.region_code::varchar as region_code,  -- nDelius provider code of the region
    coverage.category::varchar as pdu_slug,  -- the Probation Delivery Unit
    coalesce(pdus.pdu_name, coverage.category)::varchar as pdu_name,  -- name of the Probation Delivery Unit
    coverage.cases::integer as cases_accepted,  -- accepted cases of the Probation Delivery Unit at the milestone; null where withheld
    (case when coverage.cases is null then 'c' end)::varchar as marker,  -- c: withheld, since it is small or would give a small one away; else null
    milestone.regions_included::integer as regions_included,  -- regions with accepted cases at the milestone
    regions.region_name::varchar as region_name  -- name of the region
from coverage
cross join landing.milestone as milestone
left join seeds.pdus as pdus
    on pdus.region_code = coverage.region_code
    and pdus.pdu_slug = coverage.category
inner join seeds.regions as regions on regions.region_code = coverage.region_code
order by regions.region_slug, coverage.category
