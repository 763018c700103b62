-- Each category in the findings has the measures that the others have, each once; a category that has cases is in them.
-- on: characteristic_findings
with categories as (
    select
        characteristic,
        category,
        count(*) as rows_found,
        count(distinct measure_code) as measures
    from characteristic_findings
    group by characteristic, category
),

everywhere as (
    select count(distinct measure_code) as measures
    from characteristic_findings
),

profile as (
    select * from sample_profile where level = 'nation'
)

select
    profile.characteristic,
    profile.category,
    categories.measures
from profile
cross join everywhere
full join categories
    on categories.characteristic = profile.characteristic
    and categories.category = profile.category
where profile.category is null
    or categories.category is null and coalesce(profile.cases, 1) > 0
    or categories.measures <> everywhere.measures
    or categories.rows_found <> categories.measures
