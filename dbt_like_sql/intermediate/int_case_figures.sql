-- The cases for which a figure is relevant: all its questions are answered, none of them not applicable.
-- grain: one row a return, version, figure and relevant case
with figure_questions as (
    select * from int_figure_questions
),

answers as (
    select * from fct_answers where answer <> 'not_applicable'
)

select
    figure_questions.figure_kind::varchar as figure_kind,    -- measure or question
    figure_questions.figure_code::varchar as figure_code,    -- code of the measure or question
    answers.return_id::varchar as return_id,                 -- the return
    answers.version::integer as version,                     -- its version
    answers.is_in_force::boolean as is_in_force,             -- whether this version is in force
    answers.region_code::varchar as region_code,             -- region of the case
    answers.case_pseudonym::varchar as case_pseudonym,       -- the case
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
    answers.return_id,
    answers.version,
    answers.is_in_force,
    answers.region_code,
    answers.case_pseudonym
having count(*) = figure_questions.questions
