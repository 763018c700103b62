-- Where the rows stand that another return keeps (rule R04), and which return keeps them.
-- grain: one row a return and case, or key of another kind's row, that it does not keep
-- materialized: view
with case_claims as (
    select * from int_case_claims
),

key_claims as (
    select * from int_key_claims
),

returns as (
    select * from stg_returns
),

clashes as (
    select
        clashing.return_id,
        clashing.case_pseudonym,
        null as row_key,
        cases.version,
        cases.sheet,
        cases.row_number,
        'case_reference' as column_name,
        keepers.return_id as keeper_return_id
    from case_claims as clashing
    inner join case_claims as keepers
        on keepers.case_pseudonym = clashing.case_pseudonym
        and keepers.is_kept
    inner join stg_cases as cases
        on cases.return_id = clashing.return_id
        and cases.case_pseudonym = clashing.case_pseudonym
    where not clashing.is_kept
    union all
    select
        clashing.return_id,
        null as case_pseudonym,
        clashing.row_key,
        keys.version,
        keys.sheet,
        keys.row_number,
        keys.column_name,
        keepers.return_id as keeper_return_id
    from key_claims as clashing
    inner join key_claims as keepers
        on keepers.kind = clashing.kind
        and keepers.region_code = clashing.region_code
        and keepers.row_key = clashing.row_key
        and keepers.is_kept
    inner join stg_keys as keys
        on keys.return_id = clashing.return_id
        and keys.row_key = clashing.row_key
    where not clashing.is_kept
),

columns as (
    select * from landing.columns
),

regions as (
    select * from seeds.regions
)

select
    clashes.return_id::varchar as return_id,                                 -- the return that does not keep the row
    clashes.case_pseudonym::varchar as case_pseudonym,                       -- the case; null of another kind's row
    clashes.sheet::varchar as sheet,                                         -- sheet of the row in that return
    clashes.row_number::integer as row_number,                               -- the row
    concat(columns.letters, clashes.row_number::varchar)::varchar as cell,   -- A1 address of its case reference, or of the cell that its key is told at
    regions.region_slug::varchar as keeper_region_slug,                      -- folder of the region that keeps the row
    regions.region_name::varchar as keeper_region_name,                      -- name of that region
    keeping_returns.return_path::varchar as keeper_return_path,              -- path of the return that keeps the row, under that folder
    clashes.column_name::varchar as column_name,                             -- field of that cell
    clashes.row_key::varchar as row_key                                      -- key of another kind's row; null of a case
from clashes
inner join returns
    on returns.return_id = clashes.return_id
    and returns.version_in_force = clashes.version
inner join columns
    on columns.return_id = clashes.return_id
    and columns.version = clashes.version
    and columns.sheet = clashes.sheet
    and columns.column_name = clashes.column_name
inner join returns as keeping_returns on keeping_returns.return_id = clashes.keeper_return_id
inner join regions on regions.region_code = keeping_returns.region_code
