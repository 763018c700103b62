-- The cases that a version gives if it is in force and all other returns stay as they stand: those that no other keeps.
-- grain: one row a return, version and case
with cases as (
    select * from stg_cases
),

returns as (
    select * from stg_returns
),

keepers as (
    select * from int_case_claims where is_kept
)

select
    cases.return_id::varchar as return_id,                                          -- the return
    cases.version::integer as version,                                              -- its version
    (coalesce(returns.version_in_force, 0) = cases.version)::boolean as is_in_force,   -- whether this version is in force
    returns.region_code::varchar as region_code,                                    -- region of the return
    cases.case_pseudonym::varchar as case_pseudonym,                                -- the case
    cases.pdu_slug::varchar as pdu_slug,                                            -- Probation Delivery Unit
    cases.question_set::varchar as question_set                                     -- core or adjusted
from cases
inner join returns on returns.return_id = cases.return_id
left join keepers on keepers.case_pseudonym = cases.case_pseudonym
where coalesce(keepers.return_id, cases.return_id) = cases.return_id
