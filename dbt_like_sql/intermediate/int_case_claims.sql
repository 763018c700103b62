-- Which return in force keeps a case that stands in several: the one that arrived first, then by region, then by path (rule R04).
-- grain: one row a return and case
with cases as (
    select * from stg_cases
),

returns as (
    select * from stg_returns
)

select
    cases.return_id::varchar as return_id,             -- the return that holds the case
    cases.case_pseudonym::varchar as case_pseudonym,   -- the case
    returns.region_code::varchar as region_code,       -- region of the return
    (row_number() over (
        partition by cases.case_pseudonym
        order by returns.first_received_at, returns.region_slug, returns.return_path
    ) = 1)::boolean as is_kept                         -- whether this return keeps the case
from cases
inner join returns
    on returns.return_id = cases.return_id
    and returns.version_in_force = cases.version
