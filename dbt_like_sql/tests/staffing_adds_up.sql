-- The nation is the sum of its regions, these of their PDUs, all grades of each grade, and everything of the rows that are kept.
-- on: staffing
with summed as (
    select
        'regions' as total,
        region_code,
        null as pdu_slug,
        grade,
        case level when 'region' then -1 else 1 end as part,
        target_fte,
        in_post_fte,
        vetting_pending
    from staffing
    where level <> 'nation'
    union all
    select
        'nation' as total,
        null as region_code,
        null as pdu_slug,
        grade,
        case level when 'nation' then -1 else 1 end as part,
        target_fte,
        in_post_fte,
        vetting_pending
    from staffing
    where level <> 'pdu'
    union all
    select
        concat('all grades of a ', level) as total,
        region_code,
        pdu_slug,
        'all' as grade,
        case grade when 'all' then -1 else 1 end as part,
        target_fte,
        in_post_fte,
        vetting_pending
    from staffing
    union all
    select
        'everything' as total,
        null as region_code,
        null as pdu_slug,
        'all' as grade,
        -1 as part,
        target_fte,
        in_post_fte,
        vetting_pending
    from staffing
    where level = 'nation' and grade = 'all'
    union all
    select
        'everything' as total,
        null as region_code,
        null as pdu_slug,
        'all' as grade,
        1 as part,
        rows_in_force.target_fte,
        rows_in_force.in_post_fte,
        rows_in_force.vetting_pending
    from stg_staffing as rows_in_force
    inner join int_key_claims as claims
        on claims.return_id = rows_in_force.return_id
        and claims.version = rows_in_force.version
        and claims.row_key = rows_in_force.row_key
        and claims.is_kept
)

select
    total,
    region_code,
    pdu_slug,
    grade
from summed
group by total, region_code, pdu_slug, grade
having (
        abs(sum(part * target_fte)) < 0.000001
        and abs(sum(part * in_post_fte)) < 0.000001
        and sum(part * vetting_pending) = 0
    ) is not true
