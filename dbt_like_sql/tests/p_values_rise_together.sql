-- The adjusted p values are in the order of the p values, and the largest of the family is left as it is.
-- on: int_adjusted_tests
with family as (
    select tests.*
    from int_adjusted_tests as tests
    inner join seeds.measures as measures on measures.measure_code = tests.measure_code
    where measures.complement_of is null
)

select
    lower_one.region_code,
    lower_one.measure_code
from family as lower_one
inner join family as higher_one on higher_one.p_value >= lower_one.p_value
group by lower_one.region_code, lower_one.measure_code, lower_one.p_value, lower_one.p_adjusted
having (lower_one.p_adjusted <= min(higher_one.p_adjusted)) is not true
    or count(*) = 1 and lower_one.p_adjusted <> lower_one.p_value
