-- How staff answer each statement of the survey, in each region and in all of them together; small numbers are withheld.
-- grain: one row a level, region with accepted responses, and statement
-- key: level, region_code, statement_code
with shown as (
    select * from int_survey_shown
),

statements as (
    select * from seeds.staff_survey_statements
),

proportions as (
    select * from int_proportions
)

select
    shown.level::varchar as level,  -- region or nation
    shown.region_code::varchar as region_code,  -- nDelius provider code of the region; null of the nation
    regions.region_name::varchar as region_name,  -- name of the region; null of the nation
    shown.statement_code::varchar as statement_code,  -- code of the statement
    statements.label::varchar as statement,  -- what respondents were asked whether they agree with
    statements.stage::varchar as theme,  -- theme that the statement is of
    shown.respondents::integer as respondents,  -- staff who agree, disagree or neither, without those who prefer not to say: the denominator of percentage; null where withheld
    shown.agreeing::integer as agreeing,  -- of the respondents, those who agree or strongly agree: the numerator of percentage; null where withheld
    proportions.percentage::double as percentage,  -- agreeing of respondents, 0 to 100, unrounded; null where withheld
    proportions.percentage_rounded::integer as percentage_rounded,  -- the percentage as a whole number, rounded half up; null where withheld
    proportions.lower_95::double as lower_95,  -- lower bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where withheld
    proportions.upper_95::double as upper_95,  -- upper bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where withheld
    shown.marker::varchar as marker  -- c: withheld, since few staff answered or since the nation's figure would give a withheld region's away; null where the figures are given
from shown
inner join statements on statements.question_code = shown.statement_code
left join proportions
    on proportions.relevant = shown.respondents
    and proportions.counted = shown.agreeing
left join seeds.regions as regions on regions.region_code = shown.region_code
order by
    case shown.level when 'region' then 1 else 2 end,
    shown.region_code,
    substring(shown.statement_code, 2)::integer
