-- How cases of each category are served in the regions of the last milestone together; what would identify people is withheld.
-- grain: one row a characteristic, category that occurs and measure
-- key: characteristic, category, measure_code
with findings as (
    select * from landing.milestone_findings
),

proportions as (
    select * from int_proportions
),

marked as (
    select
        findings.*,
        case
            when findings.cases_inspected is null or findings.relevant_cases is null or findings.counted_cases is null then 'c'
            when findings.relevant_cases = 0 then 'z'
            when findings.relevant_cases < 30 then 'u'
        end as marker
    from findings
)

select
    marked.characteristic::varchar as characteristic,  -- sex, age_band, ethnicity, sentence_type, risk_of_serious_harm, practitioner_grade or question_set
    marked.category::varchar as category,  -- canonical value of the characteristic; a category keeps its rows once it has occurred
    marked.measure_code::varchar as measure_code,  -- code of the measure
    coalesce(measures.title, marked.measure_code)::varchar as measure_title,  -- title of the measure
    milestone.regions_included::integer as regions_included,  -- regions that the cases are of: those with accepted cases at the milestone
    marked.cases_inspected::integer as cases_inspected,  -- accepted cases of the category at the milestone; null where withheld
    marked.relevant_cases::integer as relevant_cases,  -- of the cases inspected, those to which the measure applies and which answer it: the denominator of percentage; null where withheld
    marked.counted_cases::integer as counted_cases,  -- of the relevant cases, those whose answer counts by the measure: the numerator of percentage; null where withheld
    proportions.percentage::double as percentage,  -- counted_cases of relevant_cases, 0 to 100, unrounded; null where a count is withheld or no case is relevant
    proportions.percentage_rounded::integer as percentage_rounded,  -- the percentage as a whole number, rounded half up; null where a count is withheld or no case is relevant
    proportions.lower_95::double as lower_95,  -- lower bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where a count is withheld or no case is relevant
    proportions.upper_95::double as upper_95,  -- upper bound of the 95 per cent Wilson score interval of the percentage, 0 to 100; null where a count is withheld or no case is relevant
    marked.marker::varchar as marker,  -- c: a count is withheld, since it is small or would give a small one away; z: no relevant case; u: fewer than 30 relevant cases; else null
    coalesce(listed.characteristic_title, marked.characteristic)::varchar as characteristic_title,  -- the characteristic in words
    coalesce(listed.category_title, marked.category)::varchar as category_title,  -- the category in words
    coalesce(measures.measure_order, '0')::integer as measure_order  -- place of the measure in the order of publication; 0 of one that has been none since the milestone
from marked
cross join landing.milestone as milestone
left join seeds.measures as measures on measures.measure_code = marked.measure_code
left join seeds.characteristics as listed
    on listed.characteristic = marked.characteristic
    and listed.category = marked.category
left join proportions
    on proportions.relevant = marked.relevant_cases
    and proportions.counted = marked.counted_cases
    and coalesce(marked.marker, 'u') = 'u'
order by
    cast(listed.characteristic_order as integer),
    cast(listed.category_order as integer),
    cast(measures.measure_order as integer),
    marked.characteristic,
    marked.category,
    marked.measure_code
