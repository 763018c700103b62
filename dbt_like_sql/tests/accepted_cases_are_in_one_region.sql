-- Every accepted case counts once, in one region.
-- on: int_accepted_cases
select
    case_pseudonym,
    count(*) as times
from int_accepted_cases
group by case_pseudonym
having count(*) > 1 or count(region_code) < count(*)
