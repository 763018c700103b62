-- How far the programme has come, region by region.
-- grain: one row a region, all twelve
-- key: region_code
with returns as (
    select
        region_code,
        count(*) as returns_received,
        sum(case when is_refused then 1 else 0 end) as returns_refused,
        sum(case when is_held then 1 else 0 end) as returns_held,
        sum(cases_received) as cases_received,
        sum(cases_quarantined) as cases_quarantined,
        max(last_received_at) as last_received_at
    from stg_returns
    where region_code is not null
        and kind = 'case-scores'
    group by region_code
),

other_returns as (
    select
        region_code,
        sum(case when kind = 'staff-survey' then 1 else 0 end) as staff_surveys,
        sum(case when kind = 'staffing' then 1 else 0 end) as staffing,
        sum(case when kind = 'recommendations' then 1 else 0 end) as recommendations
    from stg_returns
    where region_code is not null
        and kind <> 'case-scores'
    group by region_code
),

claims as (
    select
        region_code,
        sum(case when is_kept then 1 else 0 end) as cases_accepted,
        sum(case when is_kept then 0 else 1 end) as cases_clashing
    from int_case_claims
    group by region_code
)

select
    regions.region_code::varchar as region_code,  -- nDelius provider code of the region
    regions.region_name::varchar as region_name,  -- name of the region
    (case
        when coalesce(claims.cases_accepted, 0) > 0 then 'included'
        when returns.region_code is not null then 'in_progress'
        else 'not_started'
    end)::varchar as status,  -- not_started; in_progress: case scores received, none accepted; included
    coalesce(returns.returns_received, 0)::integer as returns_received,  -- case scoring returns that ever arrived
    coalesce(returns.returns_refused, 0)::integer as returns_refused,  -- of the returns received, those whose latest version is refused
    coalesce(returns.cases_received, 0)::integer as cases_received,  -- case rows of the versions in force of the region's case scoring returns
    coalesce(claims.cases_accepted, 0)::integer as cases_accepted,  -- of the cases received, those accepted: the cases that findings count
    (coalesce(returns.cases_quarantined, 0) + coalesce(claims.cases_clashing, 0))::integer as cases_quarantined,  -- of the cases received, those held back
    returns.last_received_at::timestamp as last_received_at,  -- arrival of the latest version of any case scoring return, UTC; null where none arrived
    programme.cases_inspected_published::integer as cases_published,  -- cases of the published report, for comparison; null where none is public
    coalesce(returns.returns_held, 0)::integer as returns_held,  -- case scoring returns of which a version waits for acceptance, since it would lose many cases
    (coalesce(other_returns.staff_surveys, 0) > 0)::boolean as staff_survey_received,  -- whether a staff survey return ever arrived
    (coalesce(other_returns.staffing, 0) > 0)::boolean as staffing_received,  -- whether a staffing return ever arrived
    (coalesce(other_returns.recommendations, 0) > 0)::boolean as recommendations_received  -- whether a recommendations return ever arrived
from seeds.regions as regions
left join returns on returns.region_code = regions.region_code
left join other_returns on other_returns.region_code = regions.region_code
left join claims on claims.region_code = regions.region_code
left join seeds.programme as programme on programme.region_code = regions.region_code
order by regions.region_code
