-- Each region of the milestone, and the nation, has all categories once, and there are as many regions as it has.
-- on: sample_profile
with milestone as (
    select * from landing.milestone
),

categories as (
    select count(distinct concat(characteristic, ' ', category)) as number
    from sample_profile
),

places as (
    select
        level,
        region_code,
        count(*) as rows_found,
        count(distinct concat(characteristic, ' ', category)) as categories
    from sample_profile
    group by level, region_code
),

found as (
    select
        count(*) as places,
        coalesce(sum(case when places.level = 'nation' then 1 else 0 end), 0) as nations,
        coalesce(sum(case when places.rows_found = categories.number and places.categories = categories.number then 1 else 0 end), 0) as whole
    from places
    cross join categories
)

select
    found.places,
    found.nations,
    found.whole
from found
left join milestone on true
where found.whole <> found.places
    or found.places <> coalesce(milestone.regions_included + 1, 0)
    or found.nations <> case when milestone.regions_included is null then 0 else 1 end
