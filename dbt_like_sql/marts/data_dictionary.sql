-- What every column of every published table means.
-- grain: one row a table and column
-- key: table_name, column_name
select
    columns.table_name::varchar as table_name,  -- published table
    columns.column_name::varchar as column_name,  -- its column
    columns.data_type::varchar as data_type,  -- type in DuckDB
    columns.description::varchar as description  -- what the column means
from landing.published_columns as columns
order by columns.table_name, columns.column_order
