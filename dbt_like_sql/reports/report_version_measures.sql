-- What coming into force did, or of a held version would do, to the measures of its region, all other returns as they stand now.
-- grain: one row a return, version and measure that it changed
-- materialized: view
with folders as (
    select * from int_return_folders
),

measures as (
    select * from int_figures where figure_kind = 'measure'
),

findings as (
    select * from int_version_findings
),

-- a version takes the place of the one in force before it: there is none where it is the first or the return was withdrawn
versions as (
    select
        return_id,
        version,
        outcome,
        cases_lost is not null as takes_a_place,
        max(case when cases_received > 0 and outcome not in ('held', 'never_in_force') then version end) over (
            partition by return_id
            order by version
            rows between unbounded preceding and 1 preceding
        ) as version_before
    from stg_versions
),

-- what stood in that place is unknown where it was purged, and of a version that was read again since even that it did
compared as (
    select
        findings.return_id,
        findings.version,
        findings.measure_code,
        case
            when versions.takes_a_place then replaced.region_relevant_cases
            else findings.region_relevant_cases - findings.relevant_cases
        end as relevant_before,
        case
            when versions.takes_a_place then replaced.region_counted_cases
            else findings.region_counted_cases - findings.counted_cases
        end as counted_before,
        findings.region_relevant_cases as relevant_after,
        findings.region_counted_cases as counted_after
    from findings
    inner join versions
        on versions.return_id = findings.return_id
        and versions.version = findings.version
    left join findings as replaced
        on replaced.return_id = findings.return_id
        and replaced.version = versions.version_before
        and replaced.measure_code = findings.measure_code
    where versions.outcome <> 'never_in_force'
        and (versions.version_before is null or replaced.version is not null)
)

select
    folders.folder::varchar as folder,                      -- slug of the region, or first folder of the path of a return under no region
    folders.path_in_folder::varchar as path_in_folder,      -- path of the return under that folder
    folders.return_path::varchar as return_path,            -- path of the return as it is shown
    compared.version::integer as version,                   -- the version
    compared.measure_code::varchar as measure_code,         -- code of the measure
    measures.figure_order::integer as measure_order,        -- order of publication
    compared.relevant_before::integer as relevant_before,   -- relevant cases of the region with the version in force before it, or without the return
    compared.counted_before::integer as counted_before,     -- of these, those that count
    compared.relevant_after::integer as relevant_after,     -- relevant cases of the region with this version
    compared.counted_after::integer as counted_after        -- of these, those that count
from compared
inner join folders on folders.return_id = compared.return_id
inner join measures on measures.figure_code = compared.measure_code
where compared.relevant_before <> compared.relevant_after
    or compared.counted_before <> compared.counted_after
