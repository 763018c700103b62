-- The table for charts has every place and measure once, with the counts and the comparison that were made of it.
-- on: findings_for_charts
with expected as (
    select
        'region' as level,
        regions.region_code,
        measures.measure_code
    from seeds.regions as regions
    cross join seeds.measures as measures
    union all
    select
        'nation' as level,
        null as region_code,
        measures.measure_code
    from seeds.measures as measures
),

counted as (
    select
        'region' as level,
        region_code,
        measure_code,
        relevant_cases,
        counted_cases,
        difference
    from int_comparisons
    union all
    select
        level,
        region_code,
        figure_code as measure_code,
        relevant_cases,
        counted_cases,
        null as difference
    from int_figure_counts
    where level = 'nation' and figure_kind = 'measure'
)

select
    expected.level,
    expected.region_code,
    expected.measure_code
from expected
left join findings_for_charts as charts
    on charts.level = expected.level
    and coalesce(charts.region_code, '') = coalesce(expected.region_code, '')
    and charts.measure_code = expected.measure_code
left join counted
    on counted.level = expected.level
    and coalesce(counted.region_code, '') = coalesce(expected.region_code, '')
    and counted.measure_code = expected.measure_code
group by expected.level, expected.region_code, expected.measure_code
having count(charts.level) <> 1
    or (min(charts.cases_inspected) is null) <> (min(counted.relevant_cases) is null)
    or coalesce(min(charts.relevant_cases), -1) <> coalesce(min(counted.relevant_cases), -1)
    or coalesce(min(charts.counted_cases), -1) <> coalesce(min(counted.counted_cases), -1)
    or coalesce(min(charts.difference), -101) <> coalesce(min(counted.difference), -101)
