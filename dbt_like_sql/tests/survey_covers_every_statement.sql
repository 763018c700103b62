-- Every region with accepted responses has every statement once, withheld where its numbers are small, and so has the nation.
-- on: staff_survey_findings
with expected as (
    select
        region_code,
        statement_code,
        is_withheld,
        respondents,
        agreeing
    from int_survey_counts
    union all
    select
        'nation' as region_code,
        statement_code,
        null as is_withheld,  -- another test says when it must be
        sum(respondents) as respondents,
        sum(agreeing) as agreeing
    from int_survey_counts
    group by statement_code
),

published as (
    select
        coalesce(region_code, level) as region_code,
        statement_code,
        count(*) as times,
        max(marker) as marker,
        max(respondents) as respondents,
        max(agreeing) as agreeing
    from staff_survey_findings
    group by coalesce(region_code, level), statement_code
)

select
    coalesce(expected.region_code, published.region_code) as region_code,
    coalesce(expected.statement_code, published.statement_code) as statement_code
from expected
full outer join published
    on published.region_code = expected.region_code
    and published.statement_code = expected.statement_code
where (
        published.times = 1
        and coalesce(expected.is_withheld = (published.marker is not null), expected.region_code = 'nation')
        and coalesce(published.respondents = expected.respondents, true)  -- null where withheld, as another test says
        and coalesce(published.agreeing = expected.agreeing, true)
    ) is not true
