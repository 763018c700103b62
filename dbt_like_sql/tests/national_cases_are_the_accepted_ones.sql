-- The nation's cases are the accepted cases, counted anew.
-- on: national_findings
select
    measure_code,
    cases_inspected
from national_findings
where cases_inspected <> (select count(distinct case_pseudonym) from int_accepted_cases)
