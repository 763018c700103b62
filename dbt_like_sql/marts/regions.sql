-- The probation regions of England and Wales, and what was published of each in the programme.
-- grain: one row a region, all twelve
-- key: region_code
-- materialized: view
with pdus as (
    select
        region_code,
        count(*) as pdus
    from seeds.pdus
    group by region_code
)

select
    regions.region_code::varchar as region_code,  -- nDelius provider code of the region
    regions.region_slug::varchar as region_slug,  -- the region as it stands in addresses and in the names of folders
    regions.region_name::varchar as region_name,  -- name of the region
    regions.country::varchar as country,  -- country of the region
    places.region_order::integer as region_order,  -- place of the region in the order of slugs, which is no order of performance
    coalesce(pdus.pdus, 0)::integer as pdus,  -- Probation Delivery Units of the region
    programme.publication_order::integer as publication_order,  -- place of its report in the order of publication; null where none is public
    programme.fieldwork_month::varchar as fieldwork_month,  -- month of the inspection, as yyyy-mm; null where it is not public
    programme.report_published_on::date as report_published_on,  -- when its report was published; null where that is not known
    programme.cases_inspected_published::integer as cases_published  -- cases inspected as its report gives them; null where none is public
from seeds.regions as regions
inner join int_regions as places on places.region_code = regions.region_code
left join pdus on pdus.region_code = regions.region_code
left join seeds.programme as programme on programme.region_code = regions.region_code
order by places.region_order
