-- How many cases of each category are relevant to each measure in every region, and count. Not to be published as they are.
-- grain: one row a region, characteristic other than pdu, category and measure that is relevant to a case
-- materialized: view
with characteristics as (
    select * from int_case_characteristics where characteristic <> 'pdu'
),

figures as (
    select * from int_case_figures where figure_kind = 'measure' and is_in_force
)

select
    characteristics.region_code::varchar as region_code,                            -- region of the cases
    characteristics.characteristic::varchar as characteristic,                      -- one of seeds.characteristics
    characteristics.category::varchar as category,                                  -- canonical value
    figures.figure_code::varchar as measure_code,                                   -- the measure
    count(*)::integer as relevant_cases,                                            -- relevant cases
    sum(case when figures.is_counted then 1 else 0 end)::integer as counted_cases   -- of these, those that count
from characteristics
inner join figures on figures.case_pseudonym = characteristics.case_pseudonym
group by characteristics.region_code, characteristics.characteristic, characteristics.category, figures.figure_code
