-- Problems of the versions in force, and of each return's latest version where it is refused.
-- grain: one row a problem
select
    issues.return_id::varchar as return_id,     -- the return
    issues.version::integer as version,         -- its version
    issues.rule_code::varchar as rule_code,     -- the rule that is broken
    issues.sheet::varchar as sheet,             -- sheet of the cell
    issues.cell::varchar as cell,               -- A1 address
    issues.row::integer as row_number           -- row, as the spreadsheet shows it
from landing.issues as issues
