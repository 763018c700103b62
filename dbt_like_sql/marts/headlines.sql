-- Each finding as a plain sentence, with its counts and interval, and one more where a region differs from the rest.
-- grain: one row a level, region with accepted cases, measure and situation
-- key: level, region_code, measure_code, situation
with words as (
    select * from int_headline_words
),

phrases as (
    select * from seeds.headline_phrases
),

templates as (
    select * from seeds.headline_templates
),

-- what a template does not ask for may be unknown, and must not make the sentence so
sentences as (
    select
        words.*,
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
            templates.template,
            '{phrase}', phrases.phrase),
            '{counted}', coalesce(cast(words.counted as varchar), '')),
            '{relevant}', coalesce(cast(words.relevant as varchar), '')),
            '{percentage}', coalesce(cast(words.percentage as varchar), '')),
            '{lower}', coalesce(cast(words.lower_bound as varchar), '')),
            '{upper}', coalesce(cast(words.upper_bound as varchar), '')),
            '{regions}', coalesce(cast(words.regions as varchar), '')),
            '{all_regions}', coalesce(cast(words.all_regions as varchar), '')),
            '{rest_counted}', coalesce(cast(words.rest_counted as varchar), '')),
            '{rest_relevant}', coalesce(cast(words.rest_relevant as varchar), '')),
            '{rest_percentage}', coalesce(cast(words.rest_percentage as varchar), '')),
            '{difference_lower}', coalesce(cast(words.difference_lower as varchar), '')),
            '{difference_upper}', coalesce(cast(words.difference_upper as varchar), '')
        ) as headline
    from words
    inner join templates on templates.situation = words.situation
    inner join phrases on phrases.measure_code = words.measure_code
)

select
    sentences.level::varchar as level,  -- region or nation
    sentences.region_code::varchar as region_code,  -- nDelius provider code of the region; null of the nation
    sentences.region_name::varchar as region_name,  -- name of the region; null of the nation
    sentences.measure_code::varchar as measure_code,  -- code of the measure
    sentences.measure_order::integer as measure_order,  -- place of the measure in the order of publication
    sentences.headline::varchar as headline,  -- the sentence; percentages and bounds are rounded half up
    sentences.situation::varchar as situation  -- what the sentence says: figure, figure_so_far or no_relevant_case, one for each measure; higher_than_rest or lower_than_rest, one more where differs_from_rest
from sentences
order by
    case sentences.level when 'region' then 1 else 2 end,
    sentences.region_order,
    sentences.measure_order,
    case when sentences.situation in ('higher_than_rest', 'lower_than_rest') then 2 else 1 end
