-- Every case row of a return is accepted, quarantined or dropped as identical.
-- on: stg_returns
select
    returns.return_id,
    returns.cases_received,
    count(cases.return_id) as cases_landed
from stg_returns as returns
left join stg_cases as cases on cases.return_id = returns.return_id
group by
    returns.return_id,
    returns.cases_received,
    returns.cases_accepted,
    returns.cases_quarantined,
    returns.identical_dropped
having returns.cases_received <> returns.cases_accepted + returns.cases_quarantined + returns.identical_dropped
    or returns.cases_accepted <> count(cases.return_id)
