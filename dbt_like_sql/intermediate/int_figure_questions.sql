-- The core questions behind each figure.
-- grain: one row a figure and question
with figures as (
    select * from int_figures
),

questions as (
    select * from seeds.questions
)

select
    figures.figure_kind::varchar as figure_kind,             -- measure or question
    figures.figure_code::varchar as figure_code,             -- code of the measure or question
    questions.question_code::varchar as question_code,       -- a core question behind it
    (count(*) over (
        partition by figures.figure_kind, figures.figure_code
    ))::integer as questions                                 -- how many questions are behind it
from figures
inner join questions
    on concat(' ', figures.question_codes, ' ') like concat('% ', questions.question_code, ' %')
