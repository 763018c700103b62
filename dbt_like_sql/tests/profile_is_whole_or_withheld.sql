-- Who the cases are is shown with its percentage, or withheld with it; what is shown adds up to no more than there are.
-- on: sample_profile
with profile as (
    select
        *,
        sum(coalesce(cases, 0)) over (partition by level, region_code, characteristic) as shown,
        sum(case when marker = 'c' then 1 else 0 end) over (partition by level, region_code, characteristic) as withheld
    from sample_profile
)

select
    level,
    region_code,
    characteristic,
    category
from profile
where (
        (
            marker is null and cases_inspected >= 30
            or marker = 'u' and cases_inspected between 1 and 29
        )
        and cases between 0 and cases_inspected
        and abs(percentage - 100 * cases / cast(cases_inspected as double)) < 0.000001
        or marker = 'z'
        and cases = 0 and cases_inspected = 0 and percentage is null
        or marker = 'c'
        and cases is null and percentage is null
    ) is not true
    or shown > cases_inspected
    or withheld = 0 and shown <> cases_inspected
