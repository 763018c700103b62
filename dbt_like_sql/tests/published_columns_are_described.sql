-- Every published table and column says what it means, those of the dictionary itself too.
-- on: data_dictionary
select
    published.table_name,
    published.column_name
from landing.published_columns as published
left join data_dictionary as dictionary
    on dictionary.table_name = published.table_name
    and dictionary.column_order = published.column_order
where coalesce(dictionary.description, '') = ''
