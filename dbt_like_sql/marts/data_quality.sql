-- Which rules were broken and how often, over the versions in force and each return's latest version if it is refused.
-- grain: one row a region and rule that occurred
-- key: region_code, rule_code
with occurrences as (
    select
        region_code,
        rule_code,
        count(*) as occurrences,
        sum(case when kind = 'case-scores' then 1 else 0 end) as case_score_occurrences
    from int_issues
    group by region_code, rule_code
)

select
    occurrences.region_code::varchar as region_code,  -- nDelius provider code of the region; null of files under no region
    occurrences.rule_code::varchar as rule_code,  -- code of the rule
    rules.rule_name::varchar as rule_name,  -- name of the rule
    rules.severity::varchar as severity,  -- refuse: the file is refused; quarantine: the row is held back; warn: kept
    occurrences.occurrences::integer as occurrences,  -- how often the rule was broken, in returns of every kind
    occurrences.case_score_occurrences::integer as case_score_occurrences  -- of the occurrences, those in case scoring returns
from occurrences
inner join seeds.rules as rules on rules.rule_code = occurrences.rule_code
order by occurrences.region_code nulls first, occurrences.rule_code
