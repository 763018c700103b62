-- How many cases of each version of each return are relevant to each figure, and count.
-- grain: one row a return, version and figure that is relevant to a case
select
    return_id::varchar as return_id,                                        -- the return
    version::integer as version,                                            -- its version
    is_in_force::boolean as is_in_force,                                    -- whether this version is in force
    region_code::varchar as region_code,                                    -- region of the return
    figure_kind::varchar as figure_kind,                                    -- measure or question
    figure_code::varchar as figure_code,                                    -- code of the measure or question
    count(*)::integer as relevant_cases,                                    -- relevant cases
    sum(case when is_counted then 1 else 0 end)::integer as counted_cases   -- of these, those that count
from int_case_figures
group by return_id, version, is_in_force, region_code, figure_kind, figure_code
