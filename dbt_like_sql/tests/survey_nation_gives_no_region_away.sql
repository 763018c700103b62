-- What is left of the nation without the regions that are shown leaves open what each withheld region has.
-- on: staff_survey_findings
with shown as (
    select
        statement_code,
        sum(case when marker is null then 0 else 1 end) as withheld,
        coalesce(sum(respondents), 0) as respondents,
        coalesce(sum(agreeing), 0) as agreeing
    from staff_survey_findings
    where level = 'region'
    group by statement_code
),

left_over as (
    select
        nation.statement_code,
        shown.withheld,
        nation.respondents - shown.respondents as respondents,
        nation.agreeing - shown.agreeing as agreeing,
        shown.withheld * (settings.survey_minimum - 1) as most_respondents
    from staff_survey_findings as nation
    inner join shown on shown.statement_code = nation.statement_code
    cross join landing.settings as settings
    where nation.level = 'nation' and nation.respondents is not null
)

select
    statement_code,
    withheld,
    respondents,
    agreeing
from left_over
where (
        withheld = 0 and respondents = 0 and agreeing = 0
        or withheld > 1 and 0 < agreeing and agreeing < respondents and respondents < most_respondents
    ) is not true
