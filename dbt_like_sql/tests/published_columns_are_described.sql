-- Every published column says what it means.
-- on: data_dictionary
select
    table_name,
    column_name
from data_dictionary
where coalesce(description, '') = ''
