-- Every key counts once in its kind and region: one return keeps it.
-- on: int_key_claims
select
    kind,
    region_code,
    row_key
from int_key_claims
group by kind, region_code, row_key
having sum(case when is_kept then 1 else 0 end) <> 1 or count(region_code) < count(*)
