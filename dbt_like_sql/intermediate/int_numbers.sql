-- The numbers of cases that can count in a region: from 0 to the most that are relevant in one, below ten million.
-- grain: one row a number
with digits as (
    select listed.digit
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as listed(digit)
),

-- a table of none has no largest number, and then there are no numbers
largest as (
    select max(relevant_cases) as number from int_comparisons
),

-- a digit stands only where the largest number has that place, lest all ten million are made
numbers as (
    select
        units.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit
            + 10000 * ten_thousands.digit + 100000 * hundred_thousands.digit + 1000000 * millions.digit as number,
        largest.number as largest_number
    from largest
    inner join digits as millions on 1000000 * millions.digit <= largest.number
    inner join digits as hundred_thousands on 100000 * hundred_thousands.digit <= largest.number
    inner join digits as ten_thousands on 10000 * ten_thousands.digit <= largest.number
    inner join digits as thousands on 1000 * thousands.digit <= largest.number
    inner join digits as hundreds on 100 * hundreds.digit <= largest.number
    inner join digits as tens on 10 * tens.digit <= largest.number
    inner join digits as units on units.digit <= largest.number
)

select
    numbers.number::integer as number -- a number
from numbers
where numbers.number <= numbers.largest_number
