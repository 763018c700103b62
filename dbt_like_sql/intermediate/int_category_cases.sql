-- How many cases of every region are of each category and PDU, none too. True counts: not to be published as they are.
-- grain: one row a region with accepted cases, characteristic and category
-- materialized: view
with characteristics as (
    select * from int_case_characteristics
),

regions as (
    select distinct region_code from int_accepted_cases
),

categories as (
    select
        regions.region_code,
        listed.characteristic,
        listed.category
    from regions
    cross join seeds.characteristics as listed
    union all
    select
        regions.region_code,
        'pdu' as characteristic,
        pdus.pdu_slug as category
    from regions
    inner join seeds.pdus as pdus on pdus.region_code = regions.region_code
)

select
    categories.region_code::varchar as region_code,           -- region of the cases
    categories.characteristic::varchar as characteristic,     -- pdu or one of seeds.characteristics
    categories.category::varchar as category,                 -- PDU, or canonical value
    count(characteristics.case_pseudonym)::integer as cases   -- accepted cases
from categories
left join characteristics
    on characteristics.region_code = categories.region_code
    and characteristics.characteristic = categories.characteristic
    and characteristics.category = categories.category
group by categories.region_code, categories.characteristic, categories.category
