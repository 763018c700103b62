-- What is made, accepted, completed and overdue in a region are its published recommendations, and these are all that are kept.
-- on: follow_up
with latest as (
    select max(updated_on) as updated_on from recommendations
),

listed as (
    select
        recommendations.region_code,
        count(*) as made,
        sum(case when recommendations.accepted in ('yes', 'partly') then 1 else 0 end) as accepted,
        sum(case when recommendations.status = 'completed' then 1 else 0 end) as completed,
        sum(
            case
                when recommendations.status <> 'completed' and recommendations.due_on < latest.updated_on then 1
                else 0
            end
        ) as overdue,
        sum(case when recommendations.is_overdue then 1 else 0 end) as called_overdue
    from recommendations
    cross join latest
    group by recommendations.region_code
),

kept as (
    select
        region_code,
        count(*) as made
    from int_key_claims
    where is_kept and kind = 'recommendations'
    group by region_code
)

select
    coalesce(follow_up.region_code, listed.region_code, kept.region_code) as region_code,
    follow_up.made,
    listed.made as listed,
    kept.made as kept
from follow_up
full outer join listed on listed.region_code = follow_up.region_code
full outer join kept on kept.region_code = coalesce(follow_up.region_code, listed.region_code)
where (
        follow_up.made = kept.made
        and follow_up.made = listed.made
        and follow_up.accepted = listed.accepted
        and follow_up.completed = listed.completed
        and follow_up.overdue = listed.overdue
        and follow_up.overdue = listed.called_overdue
    ) is not true
