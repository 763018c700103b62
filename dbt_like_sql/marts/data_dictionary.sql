-- What every published table and every column of it means.
-- grain: one row a table, and one a column of it
-- key: table_name, column_order
with columns as (
    select * from landing.published_columns
),

of_own_table as (
    select * from seeds.column_values where table_name is not null
),

of_any_table as (
    select * from seeds.column_values where table_name is null
),

-- a line for one table says all of its column, also what it leaves blank
valued as (
    select
        columns.table_name,
        columns.column_order,
        case when of_own_table.column_name is null then of_any_table.unit else of_own_table.unit end as unit,
        case
            when of_own_table.column_name is null then of_any_table.allowed_values
            else of_own_table.allowed_values
        end as allowed_values,
        case
            when of_own_table.column_name is null then of_any_table.refers_to
            else of_own_table.refers_to
        end as refers_to
    from columns
    left join of_own_table
        on of_own_table.table_name = columns.table_name
        and of_own_table.column_name = columns.column_name
    left join of_any_table on of_any_table.column_name = columns.column_name
)

select
    columns.table_name::varchar as table_name,  -- published table
    columns.column_name::varchar as column_name,  -- column of that table; null in the row of the table itself
    columns.data_type::varchar as data_type,  -- type of the column in DuckDB; null in the row of a table
    columns.description::varchar as description,  -- what the column means, or what the table holds
    columns.column_order::integer as column_order,  -- place of the column in its table; 0 is the table itself
    columns.grain::varchar as grain,  -- what one row of the table is; null in the row of a column
    columns.key_columns::varchar as key_columns,  -- the columns that tell the table's rows apart, separated by commas; null of a table of one row, and in the row of a column
    columns.is_key::boolean as is_key,  -- whether the column is one of the key_columns of its table; null in the row of a table
    columns.is_nullable::boolean as is_nullable,  -- whether the column may be empty; null in the row of a table
    valued.unit::varchar as unit,  -- what the column's numbers count or measure; null where it has none
    valued.allowed_values::varchar as allowed_values,  -- the values that the column can have, separated by commas, or their bounds; null where these are not listed
    valued.refers_to::varchar as refers_to  -- table and column that has every value of the column; null where none is to be joined
from columns
inner join valued
    on valued.table_name = columns.table_name
    and valued.column_order = columns.column_order
order by columns.table_name, columns.column_order
