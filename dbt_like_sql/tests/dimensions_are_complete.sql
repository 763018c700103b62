-- Every region, measure, question and rule of the definitions stands once in its table, and nothing else does.
-- on: measures
with defined as (
    select 'regions' as table_name, region_code as code from seeds.regions
    union all
    select 'measures', measure_code from seeds.measures
    union all
    select 'questions', question_code from seeds.questions
    union all
    select 'rules', rule_code from seeds.rules
),

published as (
    select 'regions' as table_name, region_code as code from regions
    union all
    select 'measures', measure_code from measures
    union all
    select 'questions', question_code from questions
    union all
    select 'rules', rule_code from rules
)

select
    coalesce(defined.table_name, published.table_name) as table_name,
    coalesce(defined.code, published.code) as code,
    count(published.code) as times
from defined
full outer join published
    on published.table_name = defined.table_name
    and published.code = defined.code
group by
    coalesce(defined.table_name, published.table_name),
    coalesce(defined.code, published.code)
having count(published.code) <> 1 or count(defined.code) <> 1
