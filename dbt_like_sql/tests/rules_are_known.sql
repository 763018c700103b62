-- Every problem is of a known rule and counted once in the published quality figures.
-- on: data_quality
select
    issues.rule_code,
    count(*) as found
from int_issues as issues
group by issues.rule_code
having count(*) <> coalesce((
    select sum(quality.occurrences) from data_quality as quality where quality.rule_code = issues.rule_code
), 0)
