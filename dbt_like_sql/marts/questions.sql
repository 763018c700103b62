-- The questions that a case is assessed against, in both sets, and the core question that each counts with.
-- grain: one row a question of either set
-- key: question_code
-- materialized: view
with questions as (
    select
        question_code,
        question_set,
        parent_code,
        stage,
        label,
        kind,
        answer_type,
        applies_when,
        core_equivalent,
        wording_source,
        row_number() over (
            order by case question_set when 'core' then 1 else 2 end, question_code
        ) as question_order
    from seeds.questions
)

select
    questions.question_code::varchar as question_code,  -- code of the question
    questions.label::varchar as question_label,  -- what the question asks, in short
    questions.question_set::varchar as question_set,  -- core, or adjusted: of cases in which contact was suspended early
    questions.kind::varchar as kind,  -- summary or prompt
    questions.parent_code::varchar as parent_code,  -- summary question that a prompt leads to; null of a summary question
    questions.stage::varchar as stage,  -- stage of the case or theme that the question is of
    stages.stage_label::varchar as stage_label,  -- stage or theme of the question in words
    questions.question_order::integer as question_order,  -- place of the question, the core set first
    questions.applies_when::varchar as applies_when,  -- condition over the case's fields, in SQL, under which the question applies; null where it applies to every case of its set
    questions.answer_type::varchar as answer_type,  -- list of answers: answer is yes or no, oversight_answer yes, no_ineffective or no_absent; either may be not_applicable
    questions.core_equivalent::varchar as core_equivalent,  -- core question that findings count it with, which of a core question is itself
    questions.wording_source::varchar as wording_source  -- published, or provisional: code and wording of this project until they are published
from questions
inner join seeds.stages as stages on stages.stage = questions.stage
order by questions.question_order
