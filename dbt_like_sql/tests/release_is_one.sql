-- The release says once what it is, and agrees with the accepted cases.
-- on: release_info
select
    count(*) as releases,
    max(regions_included) as regions_included,
    max(cases_inspected) as cases_inspected
from release_info
having (
        count(*) = 1
        and max(regions_included) = (select count(distinct region_code) from int_accepted_cases)
        and max(cases_inspected) = (select count(*) from int_accepted_cases)
    ) is not true
