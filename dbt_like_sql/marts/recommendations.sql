-- The recommendations made to each region and to HMPPS, as the region's return in force gives them.
-- grain: one row a region and number
-- key: region_code, number
with kept as (
    select
        claims.region_code,
        recommendations.number,
        recommendations.addressee,
        recommendations.text,
        recommendations.accepted,
        recommendations.action,
        recommendations.owner_role,
        recommendations.due_on,
        recommendations.status,
        recommendations.updated_on
    from stg_recommendations as recommendations
    inner join int_key_claims as claims
        on claims.return_id = recommendations.return_id
        and claims.version = recommendations.version
        and claims.row_key = recommendations.row_key
    where claims.is_kept
),

-- what stands for today: no clock decides what is overdue, so that the same returns give the same tables
latest as (
    select max(updated_on) as updated_on from kept
)

select
    kept.region_code::varchar as region_code,  -- nDelius provider code of the region
    regions.region_name::varchar as region_name,  -- name of the region
    kept.number::integer as number,  -- the recommendation's number within the region
    kept.addressee::varchar as addressee,  -- whom it is made to: region or hmpps
    kept.text::varchar as text,  -- the recommendation, as the inspectorate wrote it
    kept.accepted::varchar as accepted,  -- whether the addressee accepts it: yes, partly, no or awaited
    kept.action::varchar as action,  -- what will be done; null where none is given
    kept.owner_role::varchar as owner_role,  -- the role of whoever sees to it; null where none is given
    kept.due_on::date as due_on,  -- the day by which it is to be done; null where none is given
    kept.status::varchar as status,  -- not_started, in_progress or completed
    kept.updated_on::date as updated_on,  -- the day that the row speaks of
    (
        kept.status <> 'completed' and coalesce(kept.due_on < latest.updated_on, false)
    )::boolean as is_overdue  -- not completed, and due before the latest updated_on of all recommendations
from kept
cross join latest
inner join seeds.regions as regions on regions.region_code = kept.region_code
order by kept.region_code, kept.number
