-- Every problem, those between returns too.
-- grain: one row a problem
with within_returns as (
    select * from stg_issues
),

returns as (
    select * from stg_returns
),

clashes as (
    select * from int_case_claims where not is_kept
)

select
    returns.return_id::varchar as return_id,         -- the return
    returns.region_code::varchar as region_code,     -- its region; null where it lies under none
    within_returns.rule_code::varchar as rule_code   -- the rule that is broken
from within_returns
inner join returns on returns.return_id = within_returns.return_id
union all
select
    clashes.return_id,
    clashes.region_code,
    'R04'
from clashes
