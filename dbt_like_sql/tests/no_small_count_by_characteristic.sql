-- By characteristic no count under the threshold is shown but 0, and none that leaves so few of what it is a part of.
-- on: characteristic_findings
with counts as (
    select
        'characteristic_findings' as table_name,
        relevant_cases as whole,
        counted_cases as part
    from characteristic_findings
    union all
    select
        'characteristic_findings' as table_name,
        cases_inspected as whole,
        relevant_cases as part
    from characteristic_findings
    union all
    select
        'sample_profile' as table_name,
        cases_inspected as whole,
        cases as part
    from sample_profile
    union all
    select
        'sample_coverage' as table_name,
        cast(null as integer) as whole,
        cases_accepted as part
    from sample_coverage
)

select
    counts.table_name,
    counts.whole,
    counts.part
from counts
cross join landing.milestone as milestone
where counts.part between 1 and milestone.disclosure_threshold - 1
    or counts.whole - counts.part between 1 and milestone.disclosure_threshold - 1
