-- grain: one row per new entry of the family ledger, which is written once the run has succeeded
with identities as (from intermediate.int_family_identities)
select place, family_id, event, other_family_id, service, leader, anchor, category
from identities
where place > 0
