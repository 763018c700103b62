-- Every problem is of a known rule and counted, under its region, in the published quality figures, and nothing else is.
-- on: data_quality
with found as (
    select
        coalesce(region_code, 'none') as region,
        rule_code,
        count(*) as occurrences,
        sum(case when kind = 'case-scores' then 1 else 0 end) as case_score_occurrences
    from int_issues
    group by coalesce(region_code, 'none'), rule_code
),

published as (
    select
        coalesce(region_code, 'none') as region,
        rule_code,
        sum(occurrences) as occurrences,
        sum(case_score_occurrences) as case_score_occurrences
    from data_quality
    group by coalesce(region_code, 'none'), rule_code
)

select
    coalesce(found.region, published.region) as region,
    coalesce(found.rule_code, published.rule_code) as rule_code,
    found.occurrences as found,
    published.occurrences as published
from found
full outer join published
    on published.region = found.region
    and published.rule_code = found.rule_code
where (
        found.occurrences = published.occurrences
        and found.case_score_occurrences = published.case_score_occurrences
    ) is not true
