-- Every finding has its sentence, one more where it differs from the rest, and no placeholder is left in one.
-- on: headlines
with said as (
    select
        level,
        region_code,
        measure_code,
        count(*) as sentences,
        min(case when strpos(headline, '{') = 0 and strpos(headline, '}') = 0 then 1 else 0 end) as filled
    from headlines
    group by level, region_code, measure_code
)

select
    findings.level,
    findings.region_code,
    findings.measure_code
from findings_for_charts as findings
left join said
    on said.level = findings.level
    and coalesce(said.region_code, '') = coalesce(findings.region_code, '')
    and said.measure_code = findings.measure_code
where coalesce(said.sentences, 0) <> case
        when findings.cases_inspected is null then 0
        when findings.differs_from_rest then 2
        else 1
    end
    or said.filled = 0
