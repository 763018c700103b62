-- A category that is in the findings has every measure once, and each that has cases is in them.
-- on: characteristic_findings
with measures as (
    select count(*) as number
    from seeds.measures
),

categories as (
    select
        characteristic,
        category,
        count(*) as rows_found,
        count(distinct measure_code) as measures
    from characteristic_findings
    group by characteristic, category
),

profile as (
    select * from sample_profile where level = 'nation'
)

select
    profile.characteristic,
    profile.category,
    categories.measures
from profile
cross join measures
full join categories
    on categories.characteristic = profile.characteristic
    and categories.category = profile.category
where profile.category is null
    or categories.category is null and coalesce(profile.cases, 1) > 0
    or categories.measures <> measures.number
    or categories.rows_found <> measures.number
