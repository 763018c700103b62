-- Every problem, those between returns too.
-- grain: one row a problem
with within_returns as (
    select * from stg_issues
),

returns as (
    select * from stg_returns
),

case_clashes as (
    select * from int_case_claims where not is_kept
),

key_clashes as (
    select * from int_key_claims where not is_kept
)

select
    returns.return_id::varchar as return_id,         -- the return
    returns.kind::varchar as kind,                   -- its kind
    returns.region_code::varchar as region_code,     -- its region; null where it lies under none
    within_returns.rule_code::varchar as rule_code   -- the rule that is broken
from within_returns
inner join returns on returns.return_id = within_returns.return_id
union all
select
    case_clashes.return_id,
    'case-scores',
    case_clashes.region_code,
    'R04'
from case_clashes
union all
select
    key_clashes.return_id,
    key_clashes.kind,
    key_clashes.region_code,
    'R04'
from key_clashes
