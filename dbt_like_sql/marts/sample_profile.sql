-- Who the cases are in each region of the last milestone and in all of them; what would identify people is withheld.
-- grain: one row a level, region of the milestone, characteristic and category
-- key: level, region_code, characteristic, category
with profile as (
    select * from landing.milestone_profile where characteristic <> 'pdu'
),

proportions as (
    select * from int_proportions
),

marked as (
    select
        profile.*,
        case
            when profile.cases is null then 'c'
            when profile.cases_inspected = 0 then 'z'
            when profile.cases_inspected < 30 then 'u'
        end as marker
    from profile
)

select
    (case when marked.region_code is null then 'nation' else 'region' end)::varchar as level,  -- region or nation
    marked.region_code::varchar as region_code,  -- nDelius provider code of the region; null of the nation
    regions.region_name::varchar as region_name,  -- name of the region; null of the nation
    marked.characteristic::varchar as characteristic,  -- sex, age_band, ethnicity, sentence_type, risk_of_serious_harm, practitioner_grade or question_set
    marked.category::varchar as category,  -- canonical value of the characteristic
    marked.cases::integer as cases,  -- accepted cases of the category at the milestone: the numerator of percentage; null where withheld
    proportions.percentage::double as percentage,  -- cases of cases_inspected, 0 to 100, unrounded; null where withheld, or where there is no case
    marked.marker::varchar as marker,  -- c: withheld, since it is small or would give a small one away; z: the region has no case; u: it has fewer than 30; else null
    marked.cases_inspected::integer as cases_inspected,  -- all accepted cases of the region, or of the nation, at the milestone: the denominator of percentage
    milestone.regions_included::integer as regions_included,  -- regions with accepted cases at the milestone
    coalesce(listed.characteristic_title, marked.characteristic)::varchar as characteristic_title,  -- the characteristic in words
    coalesce(listed.category_title, marked.category)::varchar as category_title  -- the category in words
from marked
cross join landing.milestone as milestone
left join seeds.characteristics as listed
    on listed.characteristic = marked.characteristic
    and listed.category = marked.category
left join seeds.regions as regions on regions.region_code = marked.region_code
left join proportions
    on proportions.relevant = marked.cases_inspected
    and proportions.counted = marked.cases
order by
    case when marked.region_code is null then 2 else 1 end,
    regions.region_slug,
    cast(listed.characteristic_order as integer),
    cast(listed.category_order as integer),
    marked.characteristic,
    marked.category
