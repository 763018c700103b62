-- Where the cases stand that another return keeps (rule R04), and which return keeps them.
-- grain: one row a return and case that it does not keep
-- materialized: view
with clashes as (
    select * from int_case_claims where not is_kept
),

keepers as (
    select * from int_case_claims where is_kept
),

returns as (
    select * from stg_returns
),

cases as (
    select * from stg_cases
),

columns as (
    select * from landing.columns where column_name = 'case_reference'
),

regions as (
    select * from seeds.regions
)

select
    clashes.return_id::varchar as return_id,                               -- the return that does not keep the case
    clashes.case_pseudonym::varchar as case_pseudonym,                     -- the case
    cases.sheet::varchar as sheet,                                         -- sheet of the case in that return
    cases.row_number::integer as row_number,                               -- its row
    concat(columns.letters, cases.row_number::varchar)::varchar as cell,   -- A1 address of its case reference
    regions.region_slug::varchar as keeper_region_slug,                    -- folder of the region that keeps the case
    regions.region_name::varchar as keeper_region_name,                    -- name of that region
    keeping_returns.return_path::varchar as keeper_return_path             -- path of the return that keeps the case, under that folder
from clashes
inner join returns on returns.return_id = clashes.return_id
inner join cases
    on cases.return_id = clashes.return_id
    and cases.version = returns.version_in_force
    and cases.case_pseudonym = clashes.case_pseudonym
inner join columns
    on columns.return_id = cases.return_id
    and columns.version = cases.version
    and columns.sheet = cases.sheet
inner join keepers on keepers.case_pseudonym = clashes.case_pseudonym
inner join returns as keeping_returns on keeping_returns.return_id = keepers.return_id
inner join regions on regions.region_code = keepers.region_code
