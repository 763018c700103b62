-- Staff in post beside the target, their caseload and their vetting, of each PDU, each region and all of them together.
-- grain: one row a level, place and grade that occurs there, and one for all its grades
-- key: level, region_code, pdu_slug, grade
with kept as (
    select
        claims.region_code,
        staffing.pdu_slug,
        staffing.grade,
        staffing.as_of,
        staffing.target_fte,
        staffing.in_post_fte,
        staffing.vetting_pending,
        case when staffing.mean_caseload is not null then staffing.in_post_fte end as fte_with_caseload,
        staffing.mean_caseload * staffing.in_post_fte as cases
    from stg_staffing as staffing
    inner join int_key_claims as claims
        on claims.return_id = staffing.return_id
        and claims.version = staffing.version
        and claims.row_key = staffing.row_key
    where claims.is_kept
),

levels as (
    select 'pdu' as level
    union all
    select 'region' as level
    union all
    select 'nation' as level
),

groups as (
    select 'one' as grades
    union all
    select 'all' as grades
),

counted as (
    select
        levels.level,
        case when levels.level <> 'nation' then kept.region_code end as region_code,
        case when levels.level = 'pdu' then kept.pdu_slug end as pdu_slug,
        case groups.grades when 'all' then 'all' else kept.grade end as grade,
        kept.as_of,
        kept.target_fte,
        kept.in_post_fte,
        kept.vetting_pending,
        kept.fte_with_caseload,
        kept.cases
    from kept
    cross join levels
    cross join groups
),

sums as (
    select
        level,
        region_code,
        pdu_slug,
        grade,
        max(as_of) as as_of,
        sum(target_fte) as target_fte,
        sum(in_post_fte) as in_post_fte,
        sum(vetting_pending) as vetting_pending,
        sum(fte_with_caseload) as fte_with_caseload,
        sum(cases) as cases
    from counted
    group by level, region_code, pdu_slug, grade
)

select
    sums.level::varchar as level,  -- pdu, region or nation
    sums.region_code::varchar as region_code,  -- nDelius provider code of the region; null of the nation
    regions.region_name::varchar as region_name,  -- name of the region; null of the nation
    sums.pdu_slug::varchar as pdu_slug,  -- Probation Delivery Unit; null of a region and of the nation
    pdus.pdu_name::varchar as pdu_name,  -- name of the Probation Delivery Unit; null of a region and of the nation
    sums.grade::varchar as grade,  -- grade of practitioner, or all
    sums.as_of::date as as_of,  -- the latest day that a row counted here speaks of
    sums.target_fte::double as target_fte,  -- posts in the target, full-time equivalent: the denominator of both percentages
    sums.in_post_fte::double as in_post_fte,  -- staff in post, full-time equivalent: the numerator of in_post_percentage
    (100 * cast(sums.in_post_fte as double) / nullif(cast(sums.target_fte as double), 0))::double as in_post_percentage,  -- in_post_fte of target_fte, in per cent, may be over 100; null where the target is 0
    (100 * cast(sums.target_fte - sums.in_post_fte as double) / nullif(cast(sums.target_fte as double), 0))::double as vacancy_percentage,  -- target_fte less in_post_fte, of target_fte, in per cent, negative where more are in post than the target; null where the target is 0
    (cast(sums.cases as double) / nullif(cast(sums.fte_with_caseload as double), 0))::double as mean_caseload,  -- mean cases of those in post, weighted by full-time equivalent, of rows that give it; null where nobody in post has one
    sums.vetting_pending::integer as vetting_pending  -- people who wait for vetting
from sums
left join seeds.regions as regions on regions.region_code = sums.region_code
left join seeds.pdus as pdus
    on pdus.region_code = sums.region_code
    and pdus.pdu_slug = sums.pdu_slug
order by
    case sums.level when 'pdu' then 1 when 'region' then 2 else 3 end,
    sums.region_code,
    sums.pdu_slug,
    case sums.grade when 'all' then 2 else 1 end,
    sums.grade
