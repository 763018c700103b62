-- The answers behind every figure of every region, and the cells that gave them.
-- grain: one row a region, figure, relevant case and question
-- materialized: view
with relevant_cases as (
    select * from int_case_figures where is_in_force
),

returns as (
    select * from stg_returns
),

cases as (
    select * from stg_cases
),

figure_questions as (
    select * from int_figure_questions
),

questions as (
    select * from seeds.questions
),

answers as (
    select * from stg_answers
),

columns as (
    select * from landing.columns
),

corrections as (
    select * from stg_corrections
)

select
    returns.region_slug::varchar as region_slug,                       -- folder of the region
    relevant_cases.figure_kind::varchar as figure_kind,                -- measure or question
    relevant_cases.figure_code::varchar as figure_code,                -- code of the measure or question
    relevant_cases.case_pseudonym::varchar as case_pseudonym,          -- a case for which the figure is relevant
    relevant_cases.is_counted::boolean as is_counted,                  -- whether the case counts
    questions.question_code::varchar as question_code,                 -- a question behind the figure, as the case was asked it: core or adjusted
    answers.answer::varchar as answer,                                 -- canonical answer
    returns.return_path::varchar as return_path,                       -- the return that gave it: its path under the region's folder
    relevant_cases.version::integer as version,                        -- the version in force of the return
    cases.sheet::varchar as sheet,                                     -- sheet of the cell
    cases.row_number::integer as row_number,                           -- its row
    concat(columns.letters, cases.row_number::varchar)::varchar as cell,   -- its A1 address
    (corrections.line is not null)::boolean as is_corrected            -- whether a reviewed correction stands in place of what the cell holds
from relevant_cases
inner join returns on returns.return_id = relevant_cases.return_id
inner join cases
    on cases.return_id = relevant_cases.return_id
    and cases.version = relevant_cases.version
    and cases.case_pseudonym = relevant_cases.case_pseudonym
inner join figure_questions
    on figure_questions.figure_kind = relevant_cases.figure_kind
    and figure_questions.figure_code = relevant_cases.figure_code
inner join questions
    on questions.core_equivalent = figure_questions.question_code
    and questions.question_set = cases.question_set
inner join answers
    on answers.return_id = relevant_cases.return_id
    and answers.version = relevant_cases.version
    and answers.case_pseudonym = relevant_cases.case_pseudonym
    and answers.question_code = questions.question_code
inner join columns
    on columns.return_id = relevant_cases.return_id
    and columns.version = relevant_cases.version
    and columns.sheet = cases.sheet
    and columns.column_name = questions.question_code
left join corrections
    on corrections.return_id = relevant_cases.return_id
    and corrections.version = relevant_cases.version
    and corrections.sheet = cases.sheet
    and corrections.row_number = cases.row_number
    and corrections.column_name = questions.question_code
