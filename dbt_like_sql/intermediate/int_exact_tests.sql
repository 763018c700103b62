-- Fisher's exact test of each region's measure against the rest: how likely so unlikely a split of the counted cases is
-- by chance alone.
-- grain: one row a region and measure of which both the region and the rest have relevant cases
with compared as (
    select
        region_code,
        measure_code,
        row_number() over (order by region_code, measure_code) as test_number,
        relevant_cases,
        counted_cases,
        rest_relevant_cases,
        counted_cases + rest_counted_cases as all_counted_cases
    from int_comparisons
    where relevant_cases > 0 and rest_relevant_cases > 0
),

-- every way in which as many cases could count, with the same relevant cases: what counts in the region says the rest
tables as (
    select
        compared.test_number,
        numbers.number - compared.counted_cases as from_observed,
        numbers.number = compared.relevant_cases or numbers.number = compared.all_counted_cases as is_last,
        cast(numbers.number as double) as counted,
        cast(compared.relevant_cases - numbers.number as double) as not_counted,
        cast(compared.all_counted_cases - numbers.number as double) as rest_counted,
        cast(compared.rest_relevant_cases - compared.all_counted_cases + numbers.number as double) as rest_not_counted
    from compared
    inner join int_numbers as numbers
        on numbers.number <= compared.relevant_cases
        and numbers.number <= compared.all_counted_cases
        and numbers.number >= compared.all_counted_cases - compared.rest_relevant_cases
),

-- how much likelier a table is than its neighbour on the way from the observed one
steps as (
    select
        test_number,
        from_observed,
        is_last,
        from_observed < 0 as is_below,
        case when from_observed < 0 then -from_observed else from_observed end as steps_away,
        case
            when from_observed > 0 then (not_counted + 1) * (rest_counted + 1) / (counted * rest_not_counted)
            when from_observed < 0 then (counted + 1) * (rest_not_counted + 1) / (rest_counted * not_counted)
            else 1
        end as ratio
    from tables
),

-- Not by a running sum of ln n!: it grows with n, and with 120,000 cases in all p is wrong from its eighth digit. A product
-- of the ratios from the observed table outwards stays small where it matters, and p is right to its twelfth.
likelihoods as (
    select
        test_number,
        from_observed,
        is_last,
        exp(sum(ln(ratio)) over (
            partition by test_number, is_below
            order by steps_away
            rows between unbounded preceding and current row
        )) as likelihood
    from steps
),

-- Added up in the order of the tables, not grouped: the last digit must be the same whenever the figures are made again.
sums as (
    select
        test_number,
        is_last,
        sum(likelihood) over (
            partition by test_number
            order by from_observed
            rows between unbounded preceding and current row
        ) as all_tables,
        sum(case when likelihood <= 1.0000001e0 then likelihood else 0 end) over (
            partition by test_number
            order by from_observed
            rows between unbounded preceding and current row
        ) as tables_no_likelier
    from likelihoods
)

select
    compared.region_code::varchar as region_code,                  -- region
    compared.measure_code::varchar as measure_code,                -- measure
    (sums.tables_no_likelier / sums.all_tables)::double as p_value -- share of the tables no likelier than the observed one, up to a relative 1e-7
from compared
left join sums on sums.test_number = compared.test_number and sums.is_last
