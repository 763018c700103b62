-- The cases for which a figure is relevant: all its questions are answered, none of them not applicable.
-- grain: one row a return, version, figure and relevant case
-- materialized: view

-- nearly all figures are of one question, whose cases need no grouping
select
    figure_kind::varchar as figure_kind,         -- measure or question
    figure_code::varchar as figure_code,         -- code of the measure or question
    return_id::varchar as return_id,             -- the return
    version::integer as version,                 -- its version
    is_in_force::boolean as is_in_force,         -- whether this version is in force
    region_code::varchar as region_code,         -- region of the case
    case_pseudonym::varchar as case_pseudonym,   -- the case
    is_counted::boolean as is_counted            -- whether all its answers count
from int_figure_answers
where questions = 1
union all
select
    figure_kind,
    figure_code,
    return_id,
    version,
    is_in_force,
    region_code,
    case_pseudonym,
    min(case when is_counted then 1 else 0 end) = 1
from int_figure_answers
where questions > 1
group by figure_kind, figure_code, questions, return_id, version, is_in_force, region_code, case_pseudonym
having count(*) = questions
