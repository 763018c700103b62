-- The statistics of every proportion, of cases or of staff: the one place where they are computed.
-- grain: one row a pair of counts that occurs, of which the first is not 0
with counts as (
    select
        relevant_cases as relevant,
        counted_cases as counted
    from int_level_counts
    union
    select
        respondents as relevant,
        agreeing as counted
    from int_survey_shown
    union
    select
        relevant_cases as relevant,
        counted_cases as counted
    from landing.milestone_findings
    where cases_inspected is not null
    union
    select
        cases_inspected as relevant,
        cases as counted
    from landing.milestone_profile
),

proportions as (
    select
        counts.relevant,
        counts.counted,
        counts.counted / cast(counts.relevant as double) as p,
        cast(counts.relevant as double) as n,
        1.959963984540054e0 as z
    from counts
    where counts.relevant > 0
        and counts.counted is not null
),

-- Wilson (1927): the score interval for a proportion, at 95 per cent
wilson as (
    select
        proportions.*,
        (p + z * z / (2 * n)) / (1 + z * z / n) as centre,
        z * sqrt((p * (1 - p) + z * z / (4 * n)) / n) / (1 + z * z / n) as half_width
    from proportions
)

select
    wilson.relevant::integer as relevant,                      -- relevant cases, or respondents
    wilson.counted::integer as counted,                        -- of these, those that count, or agree
    (100 * wilson.p)::double as percentage,                    -- counted of relevant, 0 to 100
    floor((200 * cast(wilson.counted as bigint) + wilson.relevant) / (2 * wilson.n))::integer as percentage_rounded, -- half up
    (case
        when wilson.p = 0 then 0  -- exactly, which floating point misses
        else 100 * (wilson.centre - wilson.half_width)
    end)::double as lower_95,                                  -- Wilson interval, 0 to 100
    (case
        when wilson.p = 1 then 100
        else 100 * (wilson.centre + wilson.half_width)
    end)::double as upper_95                                   -- Wilson interval, 0 to 100
from wilson
