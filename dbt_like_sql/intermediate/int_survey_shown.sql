-- What is shown of how staff answer each statement, in each region and in all of them together; small numbers are withheld.
-- grain: one row a level, region with accepted responses, and statement
with by_region as (
    select * from int_survey_counts
),

settings as (
    select * from landing.settings
),

nation as (
    select
        statement_code,
        sum(respondents) as respondents,
        sum(agreeing) as agreeing,
        sum(case when is_withheld then 1 else 0 end) as withheld_regions,
        sum(case when is_withheld then respondents else 0 end) as withheld_respondents,
        sum(case when is_withheld then agreeing else 0 end) as withheld_agreeing
    from by_region
    group by statement_code
),

-- the nation less the regions that are shown leaves the sums of those withheld: these must leave it open what each of them has
levels as (
    select
        'region' as level,
        region_code,
        statement_code,
        respondents,
        agreeing,
        is_withheld
    from by_region
    union all
    select
        'nation' as level,
        null as region_code,
        nation.statement_code,
        nation.respondents,
        nation.agreeing,
        nation.respondents < settings.survey_minimum
            or nation.withheld_regions = 1
            or nation.withheld_regions > 1 and (
                nation.withheld_agreeing = 0
                or nation.withheld_agreeing = nation.withheld_respondents
                or nation.withheld_respondents = nation.withheld_regions * (settings.survey_minimum - 1)
            ) as is_withheld
    from nation
    cross join settings
)

select
    levels.level::varchar as level,                        -- region or nation
    levels.region_code::varchar as region_code,            -- region; null of the nation
    levels.statement_code::varchar as statement_code,      -- the statement
    (case
        when levels.is_withheld then null
        else levels.respondents
    end)::integer as respondents,                          -- staff who answer it; null where withheld
    (case
        when levels.is_withheld then null
        else levels.agreeing
    end)::integer as agreeing,                             -- of these, agree or strongly agree; null where withheld
    (case when levels.is_withheld then 'c' end)::varchar as marker   -- c where withheld
from levels
