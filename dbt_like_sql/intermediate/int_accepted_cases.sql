-- The cases that count: accepted by every rule, each in exactly one region.
-- grain: one row a case
-- materialized: view
select
    cases.case_pseudonym::varchar as case_pseudonym,   -- the case
    cases.region_code::varchar as region_code,         -- its region
    cases.return_id::varchar as return_id,             -- the return that keeps it
    cases.pdu_slug::varchar as pdu_slug,               -- Probation Delivery Unit
    cases.question_set::varchar as question_set        -- core or adjusted
from int_version_cases as cases
where cases.is_in_force
