-- The answers behind every figure of every case, and which of them count towards it.
-- grain: one row a return, version, case, figure and question of it that is answered and applicable
-- materialized: view
with answers as (
    select * from fct_answers where answer <> 'not_applicable'
),

figure_questions as (
    select * from int_figure_questions
),

counted_answers as (
    select * from int_counted_answers
)

select
    figure_questions.figure_kind::varchar as figure_kind,     -- measure or question
    figure_questions.figure_code::varchar as figure_code,     -- code of the measure or question
    figure_questions.questions::integer as questions,         -- how many questions are behind the figure
    answers.return_id::varchar as return_id,                  -- the return
    answers.version::integer as version,                      -- its version
    answers.is_in_force::boolean as is_in_force,              -- whether this version is in force
    answers.region_code::varchar as region_code,              -- region of the case
    answers.case_pseudonym::varchar as case_pseudonym,        -- the case
    (counted_answers.answer is not null)::boolean as is_counted   -- whether the answer counts
from answers
inner join figure_questions on figure_questions.question_code = answers.question_code
left join counted_answers
    on counted_answers.figure_kind = figure_questions.figure_kind
    and counted_answers.figure_code = figure_questions.figure_code
    and counted_answers.answer = answers.answer
