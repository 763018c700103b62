-- How many core cases of a region the published figures of questions prove: a prompt has no adjusted equivalent.
-- grain: one row a region with accepted cases
-- materialized: view
with counts as (
    select * from int_level_counts where level = 'region' and figure_kind = 'question'
),

adjusted as (
    select core_equivalent
    from seeds.questions
    where question_set = 'adjusted'
)

select
    counts.region_code::varchar as region_code,               -- the region
    max(counts.relevant_cases)::integer as proven_cases       -- the most cases that a question of the core set alone is relevant to
from counts
left join adjusted on adjusted.core_equivalent = counts.figure_code
where adjusted.core_equivalent is null
    and counts.cases_inspected > 0
group by counts.region_code
