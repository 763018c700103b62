-- The regions in their order by name, as their slugs have it.
-- grain: one row a region
select
    regions.region_code::varchar as region_code,                                        -- nDelius provider code
    regions.region_name::varchar as region_name,                                        -- its name
    (row_number() over (order by regions.region_slug))::integer as region_order,        -- 1 to the number of regions, by slug
    regions.country::varchar as country                                                 -- England or Wales
from seeds.regions as regions
