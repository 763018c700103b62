-- A case answers a core question once.
-- on: fct_answers
select
    case_pseudonym,
    question_code
from fct_answers
where is_in_force
group by case_pseudonym, question_code
having count(*) > 1
