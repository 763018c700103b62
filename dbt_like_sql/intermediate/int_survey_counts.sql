-- How the respondents of each region answer each statement of the staff survey, before anything is withheld.
-- grain: one row a region with accepted responses in force, and statement
-- materialized: view
with in_force as (
    select
        return_id,
        version_in_force,
        region_code
    from stg_returns
),

responses as (
    select
        in_force.region_code,
        count(*) as responses
    from stg_survey_responses as responses
    inner join in_force
        on in_force.return_id = responses.return_id
        and in_force.version_in_force = responses.version
    group by in_force.region_code
),

answers as (
    select
        in_force.region_code,
        answers.statement_code,
        count(*) as respondents,
        sum(case when answers.answer in ('strongly_agree', 'agree') then 1 else 0 end) as agreeing
    from stg_survey_answers as answers
    inner join in_force
        on in_force.return_id = answers.return_id
        and in_force.version_in_force = answers.version
    where answers.answer in ('strongly_agree', 'agree', 'neither', 'disagree', 'strongly_disagree')
    group by in_force.region_code, answers.statement_code
),

counts as (
    select
        responses.region_code,
        statements.question_code as statement_code,
        responses.responses,
        coalesce(answers.respondents, 0) as respondents,
        coalesce(answers.agreeing, 0) as agreeing
    from responses
    cross join seeds.staff_survey_statements as statements
    left join answers
        on answers.region_code = responses.region_code
        and answers.statement_code = statements.question_code
)

select
    counts.region_code::varchar as region_code,          -- the region
    counts.statement_code::varchar as statement_code,    -- the statement
    counts.responses::integer as responses,              -- accepted responses of the region
    counts.respondents::integer as respondents,          -- of these, those that answer the statement
    counts.agreeing::integer as agreeing,                -- of these, agree or strongly agree
    (
        counts.responses < settings.survey_minimum or counts.respondents < settings.survey_minimum
    )::boolean as is_withheld                            -- whether there are so few that figures could give people away
from counts
cross join landing.settings as settings
