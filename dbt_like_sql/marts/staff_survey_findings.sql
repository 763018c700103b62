-- How staff answer each statement of the survey, in each region and in all of them together; small numbers are withheld.
-- grain: one row a level, region with accepted responses, and statement
-- key: level, region_code, statement_code
with by_region as (
    select * from int_survey_counts
),

statements as (
    select * from seeds.staff_survey_statements
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
),

shown as (
    select
        level,
        region_code,
        statement_code,
        case when is_withheld then null else respondents end as respondents,
        case when is_withheld then null else agreeing end as agreeing,
        case when is_withheld then 'c' end as marker
    from levels
),

proportions as (
    select
        shown.*,
        shown.agreeing / cast(nullif(shown.respondents, 0) as double) as p,
        cast(nullif(shown.respondents, 0) as double) as n,
        1.959963984540054e0 as z
    from shown
),

-- Wilson (1927), as in int_figure_counts
wilson as (
    select
        proportions.*,
        (p + z * z / (2 * n)) / (1 + z * z / n) as centre,
        z * sqrt((p * (1 - p) + z * z / (4 * n)) / n) / (1 + z * z / n) as half_width
    from proportions
)

select
    wilson.level::varchar as level,  -- region or nation
    wilson.region_code::varchar as region_code,  -- nDelius provider code of the region; null of the nation
    regions.region_name::varchar as region_name,  -- name of the region; null of the nation
    wilson.statement_code::varchar as statement_code,  -- code of the statement
    statements.label::varchar as statement,  -- what respondents were asked whether they agree with
    statements.stage::varchar as theme,  -- theme that the statement is of
    wilson.respondents::integer as respondents,  -- staff who agree, disagree or neither; who prefers not to say is not counted; null where withheld
    wilson.agreeing::integer as agreeing,  -- of these, those who agree or strongly agree; null where withheld
    (100 * wilson.p)::double as percentage,  -- agreeing of respondents, 0 to 100, unrounded; null where withheld
    floor((200 * wilson.agreeing + wilson.respondents) / (2 * wilson.n))::integer as percentage_rounded,  -- the percentage as a whole number, rounded half up; null where withheld
    (case
        when wilson.p = 0 then 0  -- exactly, which floating point misses
        else 100 * (wilson.centre - wilson.half_width)
    end)::double as lower_95,  -- lower bound of the 95 per cent Wilson score interval, 0 to 100; null where withheld
    (case
        when wilson.p = 1 then 100
        else 100 * (wilson.centre + wilson.half_width)
    end)::double as upper_95,  -- upper bound of the 95 per cent Wilson score interval, 0 to 100; null where withheld
    wilson.marker::varchar as marker  -- c: withheld, since few staff answered or since the nation's figure would give a withheld region's away; else null
from wilson
inner join statements on statements.question_code = wilson.statement_code
left join seeds.regions as regions on regions.region_code = wilson.region_code
order by
    case wilson.level when 'region' then 1 else 2 end,
    wilson.region_code,
    substring(wilson.statement_code, 2)::integer
