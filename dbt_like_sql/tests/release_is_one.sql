-- The release says once what it is, and agrees with the findings.
-- on: release_info
select
    count(*) as releases,
    max(cases_inspected) as cases_inspected
from release_info
having count(*) <> 1 or max(cases_inspected) <> (select count(*) from int_accepted_cases)
