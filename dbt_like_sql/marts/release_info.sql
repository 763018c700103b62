-- What this release is, and what it was made from.
-- grain: one row
-- key: none
with instrument as (
    select
        instrument_version,
        row_number() over (order by published_on desc) as recency
    from seeds.instrument
),

inspected as (
    select
        count(distinct region_code) as regions,
        count(*) as cases
    from int_accepted_cases
),

programme as (
    select count(*) as regions
    from seeds.regions
)

select
    build.release_id::varchar as release_id,  -- first 12 hex digits of a SHA-256 over what the release was built from
    build.published_at::timestamp as published_at,  -- when the release was built for publication, UTC
    instrument.instrument_version::varchar as instrument_version,  -- version of the questions and rules of assessment
    build.pipeline_version::varchar as pipeline_version,  -- version of the pipeline
    inspected.regions::integer as regions_included,  -- regions with accepted cases
    inspected.cases::integer as cases_inspected,  -- accepted cases of the regions included
    build.edition::varchar as edition,  -- internal: every region with accepted cases; public: the regions that were approved
    build.is_sample::boolean as is_sample,  -- whether the data are invented, so that nothing follows from them
    (case when inspected.regions = programme.regions then 'final' else 'provisional' end)::varchar as status,  -- provisional until every region is included, then final
    build.publisher::varchar as publisher,  -- who publishes it
    build.contact::varchar as contact,  -- who to ask
    build.licence::varchar as licence,  -- under which it may be used
    build.next_update::varchar as next_update,  -- when the figures are expected to change
    milestone.regions_included::integer as milestone_regions,  -- regions that the tables by characteristic are of; null before the first milestone
    milestone.disclosure_threshold::integer as disclosure_threshold  -- counts by characteristic under this are withheld; null before the first milestone
from landing.build as build
cross join inspected
cross join programme
inner join instrument on instrument.recency = 1
left join landing.milestone as milestone on true
