-- Every figure that is counted: each measure, and each core question, whose counted answer is yes.
-- grain: one row a figure
with measures as (
    select * from seeds.measures
),

questions as (
    select * from seeds.questions where question_set = 'core'
),

stages as (
    select * from seeds.stages
)

select
    'measure'::varchar as figure_kind,                            -- measure or question
    measures.measure_code::varchar as figure_code,                -- code of the measure or question
    measures.measure_order::integer as figure_order,              -- order of publication
    measures.title::varchar as title,                             -- title of the measure, label of the question
    measures.stage::varchar as stage,                             -- stage or theme
    measures.polarity::varchar as polarity,                       -- positive where a high figure speaks for the work; null of a question
    null::varchar as question_kind,                               -- summary or prompt; null of a measure
    measures.question_code::varchar as question_codes,            -- the questions behind it, space-separated
    measures.counted_answers::varchar as counted_answers,         -- the answers that count, space-separated
    stages.stage_label::varchar as stage_label                    -- stage or theme in words
from measures
left join stages on stages.stage = measures.stage
union all
select
    'question',
    questions.question_code,
    (row_number() over (order by questions.question_code))::integer,
    questions.label,
    questions.stage,
    null,
    questions.kind,
    questions.question_code,
    'yes',
    stages.stage_label
from questions
left join stages on stages.stage = questions.stage
