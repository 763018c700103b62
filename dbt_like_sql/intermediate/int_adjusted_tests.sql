-- The exact tests as one family (Benjamini and Hochberg 1995): of those called different, at most 5 in 100 by chance.
-- grain: one row a region and measure that was tested
with measures as (
    select
        measure_code,
        complement_of,
        coalesce(complement_of, measure_code) as counted_as
    from seeds.measures
),

-- the complement of another measure tells nothing of its own, and would count twice
family as (
    select
        tests.region_code,
        tests.measure_code,
        tests.p_value
    from int_exact_tests as tests
    inner join measures on measures.measure_code = tests.measure_code
    where measures.complement_of is null
),

-- equal p values share the last of their ranks
ranked as (
    select
        region_code,
        measure_code,
        p_value,
        p_value * (count(*) over () / cast(count(*) over (order by p_value) as double)) as raised
    from family
),

adjusted as (
    select
        region_code,
        measure_code,
        min(raised) over (order by p_value desc) as p_adjusted
    from ranked
)

select
    tests.region_code::varchar as region_code,                     -- region
    tests.measure_code::varchar as measure_code,                   -- measure
    tests.p_value::double as p_value,                              -- of the test by itself
    (case when adjusted.p_adjusted > 1 then 1 else adjusted.p_adjusted end)::double as p_adjusted -- in the family; of a complement its partner's
from int_exact_tests as tests
inner join measures on measures.measure_code = tests.measure_code
left join adjusted on adjusted.region_code = tests.region_code and adjusted.measure_code = measures.counted_as
