-- The rules that returns are read and checked by.
-- grain: one row a rule
-- key: rule_code
-- materialized: view
select
    rules.rule_code::varchar as rule_code,  -- code of the rule
    rules.rule_name::varchar as rule_name,  -- name of the rule
    rules.scope::varchar as scope,  -- what breaks it: a file, a row or a cell
    rules.severity::varchar as severity,  -- refuse: the file is refused; quarantine: the row is held back; warn: kept
    rules.meaning::varchar as meaning,  -- what is wrong where it is broken
    rules.cell::varchar as cell  -- which cell is named where it is broken
from seeds.rules as rules
order by rules.rule_code
