-- Cases of every version that was read and not refused, accepted as the version stands by itself.
-- grain: one row a return, version and case
select
    cases.return_id::varchar as return_id,                                          -- the return that holds the case
    cases.version::integer as version,                                              -- its version
    cases.sheet::varchar as sheet,                                                  -- sheet of the row
    cases.row::integer as row_number,                                               -- row, as the spreadsheet shows it
    cases.case_pseudonym::varchar as case_pseudonym,                                -- the case
    cases.pdu::varchar as pdu_slug,                                                 -- Probation Delivery Unit
    cases.question_set::varchar as question_set,                                    -- core or adjusted
    cases.sentence_type::varchar as sentence_type,                                  -- kind of sentence
    cases.start_date::date as start_date,                                           -- of the sentence, or release on licence
    cases.assessed_on::date as assessed_on,                                         -- day on which the assessment was completed
    cases.assessor_role::varchar as assessor_role,                                  -- inspector or local assessor
    cases.risk_of_serious_harm::varchar as risk_of_serious_harm,                    -- low to very_high
    cases.mappa_category::varchar as mappa_category,                                -- 1 to 4 or none
    cases.mappa_level::varchar as mappa_level,                                      -- 1 to 3 or none
    cases.sex::varchar as sex,                                                      -- as recorded
    cases.age::integer as age,                                                      -- whole years at assessment
    cases.ethnicity::varchar as ethnicity,                                          -- as recorded
    cases.practitioner_grade::varchar as practitioner_grade,                        -- grade of the responsible practitioner
    cases.practitioner_inexperienced::boolean as practitioner_inexperienced,        -- whether they are inexperienced
    cases.child_safeguarding_concern::boolean as child_safeguarding_concern,        -- whether there is a concern
    cases.domestic_abuse_concern::boolean as domestic_abuse_concern                 -- whether there is a concern
from landing.cases as cases
