-- grain: one row per service x leader x category of a catch-all: the family it is, before any person merged it
with identities as (from intermediate.int_family_identities)
select service, leader, category, family_id as own_family_id
from identities
where place = 0
