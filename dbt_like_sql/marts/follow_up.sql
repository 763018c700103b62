-- How many recommendations each region has, and how far they have come.
-- grain: one row a region with recommendations in force
-- key: region_code
with listed as (
    select * from recommendations
)

select
    listed.region_code::varchar as region_code,  -- nDelius provider code of the region
    listed.region_name::varchar as region_name,  -- name of the region
    count(*)::integer as made,  -- recommendations of the region's return in force, whomever they are made to
    sum(case when listed.accepted in ('yes', 'partly') then 1 else 0 end)::integer as accepted,  -- of the recommendations made, those accepted or partly accepted
    sum(case when listed.status = 'completed' then 1 else 0 end)::integer as completed,  -- of the recommendations made, those completed
    sum(case when listed.is_overdue then 1 else 0 end)::integer as overdue  -- of the recommendations made, those not completed and due before the latest updated_on of all recommendations
from listed
group by listed.region_code, listed.region_name
order by listed.region_code
