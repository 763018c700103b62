-- A case answers a core question once.
-- on: fct_answers
select
    case_reference,
    question_code
from fct_answers
group by case_reference, question_code
having count(*) > 1
