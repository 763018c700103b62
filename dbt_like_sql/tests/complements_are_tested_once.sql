-- A complement counts the cases that its partner does not, and has its adjusted p value, or neither has one.
-- on: regional_findings
select
    complements.region_code,
    complements.measure_code
from regional_findings as complements
inner join seeds.measures as measures on measures.measure_code = complements.measure_code
inner join regional_findings as partners
    on partners.region_code = complements.region_code
    and partners.measure_code = measures.complement_of
where complements.relevant_cases <> partners.relevant_cases
    or complements.counted_cases + partners.counted_cases <> complements.relevant_cases
    or coalesce(complements.p_adjusted, -1) <> coalesce(partners.p_adjusted, -1)
