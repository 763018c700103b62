-- Every filled cell of a version that was read is used or ignored for a declared reason.
-- on: int_reconciliation
select
    return_id,
    version
from stg_versions
where cells_read <> cells_used
    + cells_in_headings
    + cells_in_skipped_rows
    + cells_in_ignored_columns
    + cells_in_personal_columns
    + cells_in_other_sheets
