-- The cases of a category are the same in every row of the findings and in the nation's profile, or withheld from all.
-- on: characteristic_findings
with profile as (
    select * from sample_profile where level = 'nation'
)

select
    findings.characteristic,
    findings.category,
    findings.measure_code
from characteristic_findings as findings
left join profile
    on profile.characteristic = findings.characteristic
    and profile.category = findings.category
where profile.category is null
    or findings.regions_included <> profile.regions_included
    or coalesce(findings.cases_inspected, -1) <> coalesce(profile.cases, -1)
