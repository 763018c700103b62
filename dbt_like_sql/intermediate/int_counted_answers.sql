-- The answers that count towards each figure.
-- grain: one row a figure and answer
with figures as (
    select * from int_figures
),

answers as (
    select distinct value as answer from seeds.value_spellings
)

select
    figures.figure_kind::varchar as figure_kind,   -- measure or question
    figures.figure_code::varchar as figure_code,   -- code of the measure or question
    answers.answer::varchar as answer              -- a canonical answer that counts
from figures
inner join answers on concat(' ', figures.counted_answers, ' ') like concat('% ', answers.answer, ' %')
