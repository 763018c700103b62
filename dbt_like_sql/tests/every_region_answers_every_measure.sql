-- Every region with accepted cases has every measure, once.
-- on: regional_findings
select
    inspected.region_code,
    count(findings.measure_code) as measures
from (select distinct region_code from int_accepted_cases) as inspected
left join regional_findings as findings on findings.region_code = inspected.region_code
group by inspected.region_code
having count(distinct findings.measure_code) <> (select count(*) from seeds.measures)
    or count(findings.measure_code) <> (select count(*) from seeds.measures)
