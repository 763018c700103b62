-- Figures of the published reports and press releases, with ours beside them.
-- grain: one row a figure that was published
-- key: region_code, measure_code, published_text, source
with published as (
    select
        region_code,
        measure_code,
        published_text,
        published_on,
        source,
        relevant_cases::integer as relevant_cases,
        counted_cases::integer as counted_cases,
        percentage_rounded::integer as percentage_rounded,
        at_least::double as at_least,
        below::double as below
    from seeds.published_figures
),

counts as (
    select *
    from int_figure_counts
    where level = 'region'
        and figure_kind = 'measure'
        and cases_inspected > 0
)

select
    published.region_code::varchar as region_code,  -- nDelius provider code of the region
    regions.region_name::varchar as region_name,  -- name of the region
    published.measure_code::varchar as measure_code,  -- code of the measure
    measures.title::varchar as measure_title,  -- title of the measure
    published.published_text::varchar as published_text,  -- the figure as it was published
    published.published_on::date as published_on,  -- when it was published; null where that is not known
    published.source::varchar as source,  -- where it was published
    counts.relevant_cases::integer as relevant_cases,  -- accepted cases of the region to which the measure applies and which answer it, as counted here: the denominator of percentage; null while the region has no accepted case
    counts.counted_cases::integer as counted_cases,  -- of the relevant cases, those whose answer counts by the measure, as counted here: the numerator of percentage; null while the region has no accepted case
    counts.percentage::double as percentage,  -- counted_cases of relevant_cases, 0 to 100, unrounded; null where no case is relevant, or none accepted
    (case
        when counts.region_code is null then null
        when (published.relevant_cases is null or published.relevant_cases = counts.relevant_cases)
            and (published.counted_cases is null or published.counted_cases = counts.counted_cases)
            and (published.percentage_rounded is null or published.percentage_rounded = counts.percentage_rounded)
            and (published.at_least is null or published.at_least <= counts.percentage)
            and (published.below is null or counts.percentage < published.below)
            then true
        else false
    end)::boolean as agrees  -- whether ours are the published counts, rounded percentage and bounds, as far as they were published; null while the region has no accepted case
from published
inner join seeds.regions as regions on regions.region_code = published.region_code
inner join seeds.measures as measures on measures.measure_code = published.measure_code
left join seeds.programme as programme on programme.region_code = published.region_code
left join counts
    on counts.region_code = published.region_code
    and counts.figure_code = published.measure_code
order by
    programme.publication_order::integer nulls last,
    published.region_code,
    measures.measure_order::integer,
    published.published_text
