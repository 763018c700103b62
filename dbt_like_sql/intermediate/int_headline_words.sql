-- The situations in which a sentence is said of a finding, with the words that its template asks for.
-- grain: one row a level, region, measure and situation
with findings as (
    select
        findings.*,
        national.status,
        national.regions_included,
        national.regions_expected
    from findings_for_charts as findings
    left join national_findings as national
        on findings.level = 'nation'
        and national.measure_code = findings.measure_code
    where findings.cases_inspected is not null
),

situations as (
    select
        findings.*,
        case
            when relevant_cases = 0 then 'no_relevant_case'
            when status = 'provisional' then 'figure_so_far'
            else 'figure'
        end as situation,
        1 as direction
    from findings
    union all
    select
        findings.*,
        case when difference > 0 then 'higher_than_rest' else 'lower_than_rest' end as situation,
        case when difference > 0 then 1 else -1 end as direction
    from findings
    where differs_from_rest
)

-- a difference is told by its size, since the sentence says which way it goes: the bounds of a negative one change places
select
    situations.level::varchar as level,                            -- region or nation
    situations.region_code::varchar as region_code,                -- region; null of the nation
    situations.region_name::varchar as region_name,                -- its name; null of the nation
    situations.region_order::integer as region_order,              -- its place by slug; null of the nation
    situations.measure_code::varchar as measure_code,              -- measure
    situations.measure_order::integer as measure_order,            -- its place in the order of publication
    situations.situation::varchar as situation,                    -- situation of a headline template
    situations.regions_included::integer as regions,               -- regions with accepted cases; null of a region
    situations.regions_expected::integer as all_regions,           -- regions in all; null of a region
    situations.relevant_cases::integer as relevant,                -- relevant cases
    situations.counted_cases::integer as counted,                  -- of these, those that count
    situations.percentage_rounded::integer as percentage,          -- rounded half up, as all that follow
    floor(situations.lower_95 + 0.5)::integer as lower_bound,      -- of the percentage
    floor(situations.upper_95 + 0.5)::integer as upper_bound,      -- of the percentage
    situations.rest_relevant_cases::integer as rest_relevant,      -- relevant cases of the rest
    situations.rest_counted_cases::integer as rest_counted,        -- of these, those that count
    floor((200 * situations.rest_counted_cases + situations.rest_relevant_cases)
        / (2 * cast(nullif(situations.rest_relevant_cases, 0) as double)))::integer as rest_percentage, -- of the rest
    floor(0.5 + case
        when situations.direction > 0 then situations.difference_lower_95
        else -situations.difference_upper_95
    end)::integer as difference_lower,                             -- of the size of the difference
    floor(0.5 + case
        when situations.direction > 0 then situations.difference_upper_95
        else -situations.difference_lower_95
    end)::integer as difference_upper                              -- of the size of the difference
from situations
