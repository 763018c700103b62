-- Every measure has one national finding.
-- on: national_findings
select
    measures.measure_code,
    count(findings.measure_code) as times
from seeds.measures as measures
left join national_findings as findings on findings.measure_code = measures.measure_code
group by measures.measure_code
having count(findings.measure_code) <> 1
