-- grain: one row per distinct title (or, where a source has none, coded symptom) of incidents, with up to three of those who asked
with incidents as (from intermediate.int_incidents),
-- `*` is a person that nobody can tell from another.
asked as (
  select text, is_coded, coalesce(nullif(requester, '*'), '*' || ticket_key) as person, count(*) as tickets
  from incidents
  group by all
),
counted as (
  select text, is_coded, sum(tickets)::integer as tickets, min(person, 3) as people
  from asked
  group by text, is_coded
)
select text, is_coded, tickets, people[1] as person_1, coalesce(people[2], '') as person_2, coalesce(people[3], '') as person_3
from counted
