-- The cases that count: accepted by every rule, each in exactly one region.
-- grain: one row a case
with claims as (
    select * from int_case_claims where is_kept
),

cases as (
    select * from stg_cases
)

select
    cases.case_reference::varchar as case_reference,   -- the case
    claims.region_code::varchar as region_code,        -- its region
    cases.return_id::varchar as return_id,             -- the return that keeps it
    cases.pdu_slug::varchar as pdu_slug,               -- Probation Delivery Unit
    cases.question_set::varchar as question_set        -- core or adjusted
from cases
inner join claims
    on claims.return_id = cases.return_id
    and claims.case_reference = cases.case_reference
