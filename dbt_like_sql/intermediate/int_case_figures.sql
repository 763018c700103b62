-- The cases for which a figure is relevant: all its questions are answered, none of them not applicable.
-- grain: one row a figure and relevant case
with figures as (
    select * from int_figures
),

figure_questions as (
    select
        figures.figure_kind,
        figures.figure_code,
        figures.counted_answers,
        questions.question_code,
        count(*) over (partition by figures.figure_kind, figures.figure_code) as questions
    from figures
    inner join seeds.questions as questions
        on concat(' ', figures.question_codes, ' ') like concat('% ', questions.question_code, ' %')
),

answers as (
    select * from fct_answers where answer <> 'not_applicable'
)

select
    figure_questions.figure_kind::varchar as figure_kind,    -- measure or question
    figure_questions.figure_code::varchar as figure_code,    -- code of the measure or question
    answers.region_code::varchar as region_code,             -- region of the case
    answers.case_reference::varchar as case_reference,       -- the case
    (min(case
        when concat(' ', figure_questions.counted_answers, ' ') like concat('% ', answers.answer, ' %') then 1
        else 0
    end) = 1)::boolean as is_counted                         -- whether all its answers count
from figure_questions
inner join answers on answers.question_code = figure_questions.question_code
group by
    figure_questions.figure_kind,
    figure_questions.figure_code,
    figure_questions.questions,
    answers.region_code,
    answers.case_reference
having count(*) = figure_questions.questions
