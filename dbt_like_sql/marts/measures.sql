-- The measures that findings are of: what each asks, the questions behind it, and the answers that count.
-- grain: one row a measure
-- key: measure_code
-- materialized: view
with questions as (
    select
        figure_code,
        max(questions) as questions
    from int_figure_questions
    where figure_kind = 'measure'
    group by figure_code
)

select
    measures.measure_code::varchar as measure_code,  -- code of the measure
    measures.title::varchar as measure_title,  -- title of the measure
    measures.stage::varchar as stage,  -- stage of the case or theme that the measure is of
    stages.stage_label::varchar as stage_label,  -- stage or theme of the measure in words
    measures.polarity::varchar as polarity,  -- positive where a high figure speaks for the work, negative where it speaks against it
    measures.measure_order::integer as measure_order,  -- place of the measure in the order of publication
    measures.question_code::varchar as question_codes,  -- the core questions behind the measure, separated by spaces: a case is relevant where all of them apply and are answered
    questions.questions::integer as questions,  -- how many questions these are
    measures.counted_answers::varchar as counted_answers,  -- the answers that count, separated by spaces: a case is counted where it answers all of the questions with one of them
    measures.complement_of::varchar as complement_of,  -- measure of the same question that counts the relevant cases that this one does not; null of a measure that has none or is the first of the two
    phrases.phrase::varchar as phrase  -- what is so in the cases that count, as a clause
from seeds.measures as measures
inner join seeds.stages as stages on stages.stage = measures.stage
inner join questions on questions.figure_code = measures.measure_code
inner join seeds.headline_phrases as phrases on phrases.measure_code = measures.measure_code
order by measures.measure_order::integer
