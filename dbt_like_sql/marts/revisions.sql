-- Which figures changed since the release before, in rows that both releases have.
-- grain: one row a table, row of it and column whose figure changed
-- key: table_name, row_key, column_name
with former_returns as (
    select * from landing.former_returns
),

returns as (
    select * from landing.release_returns
),

-- what became of each return between the two
events as (
    select
        coalesce(returns.region_code, former_returns.region_code) as region_code,
        case
            when former_returns.return_id is null then 'new_return'
            when returns.return_id is null then 'other'
            when former_returns.latest_version <> returns.latest_version then 'replaced_return'
            when former_returns.version_in_force <> returns.version_in_force then 'replaced_return'
            when former_returns.version_in_force is null and returns.version_in_force is not null then 'new_return'
            when former_returns.version_in_force is not null and returns.version_in_force is null then 'other'
            when former_returns.reading <> returns.reading then 'other'
        end as event
    from returns
    full join former_returns on former_returns.return_id = returns.return_id
),

by_region as (
    select
        region_code,
        max(case when event = 'replaced_return' then 1 else 0 end) as is_replaced,
        max(case when event = 'other' then 1 else 0 end) as is_other,
        max(case when event = 'new_return' then 1 else 0 end) as is_new
    from events
    group by region_code
),

everywhere as (
    select
        max(case when event = 'replaced_return' then 1 else 0 end) as is_replaced,
        max(case when event = 'other' then 1 else 0 end) as is_other,
        max(case when event = 'new_return' then 1 else 0 end) as is_new
    from events
),

-- of a survey of which either release withholds something nothing is told: the nation before and after a region joined
-- would be a figure of that region
with_withheld as (
    select table_name
    from landing.release_figures
    where table_name = 'staff_survey_findings'
        and figure is null
    union
    select table_name
    from landing.former_figures
    where table_name = 'staff_survey_findings'
        and figure is null
),

changed as (
    select
        figures.table_name,
        figures.row_key,
        figures.region_code,
        figures.column_name,
        former_figures.figure as old_value,
        figures.figure as new_value
    from landing.release_figures as figures
    inner join landing.former_figures as former_figures
        on former_figures.table_name = figures.table_name
        and former_figures.row_key = figures.row_key
        and former_figures.column_name = figures.column_name
    left join with_withheld on with_withheld.table_name = figures.table_name
    where coalesce(former_figures.figure, '') <> coalesce(figures.figure, '')
        and with_withheld.table_name is null
)

select
    changed.table_name::varchar as table_name,  -- published table
    changed.row_key::varchar as row_key,  -- the values of the row's key, joined by |; empty where the key has none, as of the nation
    changed.column_name::varchar as column_name,  -- column whose figure changed
    changed.old_value::varchar as old_value,  -- figure in the release before, up to 17 digits; null where there was none
    changed.new_value::varchar as new_value,  -- figure in this release, up to 17 digits; null where there is none
    (case
        when by_region.is_replaced = 1 then 'replaced_return'
        when by_region.is_other = 1 then 'other'
        when by_region.is_new = 1 then 'new_return'
        when everywhere.is_replaced = 1 then 'replaced_return'
        when everywhere.is_other = 1 then 'other'
        when everywhere.is_new = 1 then 'new_return'
        else 'other'
    end)::varchar as reason,  -- replaced_return: a return of the region, or of any where none of its own changed, came in again; other; new_return: one came in
    former_release.release_id::varchar as since_release_id  -- the release before
from changed
cross join everywhere
cross join landing.former_release as former_release
left join by_region on by_region.region_code = changed.region_code
order by changed.table_name, changed.row_key, changed.column_name
