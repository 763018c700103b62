-- Who the cases that count are: the category of each by every characteristic, its PDU among them.
-- grain: one row a case and characteristic
-- materialized: view
with cases as (
    select * from stg_cases
),

accepted as (
    select * from int_version_cases where is_in_force
),

counted as (
    select
        accepted.region_code,
        cases.*
    from cases
    inner join accepted
        on accepted.return_id = cases.return_id
        and accepted.version = cases.version
        and accepted.case_pseudonym = cases.case_pseudonym
),

ages as (
    select
        category,
        cast(least_age as integer) as least_age,
        cast(most_age as integer) as most_age
    from seeds.characteristics
    where characteristic = 'age_band'
)

select
    region_code::varchar as region_code,           -- region of the case
    case_pseudonym::varchar as case_pseudonym,     -- the case
    'pdu'::varchar as characteristic,              -- pdu or one of seeds.characteristics
    pdu_slug::varchar as category                  -- PDU, or canonical value
from counted
union all
select region_code, case_pseudonym, 'sex', sex from counted
union all
select counted.region_code, counted.case_pseudonym, 'age_band', ages.category
from counted
inner join ages on counted.age between ages.least_age and ages.most_age
union all
select region_code, case_pseudonym, 'ethnicity', ethnicity from counted
union all
select region_code, case_pseudonym, 'sentence_type', sentence_type from counted
union all
select region_code, case_pseudonym, 'risk_of_serious_harm', risk_of_serious_harm from counted
union all
select region_code, case_pseudonym, 'practitioner_grade', practitioner_grade from counted
union all
select region_code, case_pseudonym, 'question_set', question_set from counted
