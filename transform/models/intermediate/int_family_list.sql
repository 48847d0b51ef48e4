-- grain: one row per family of two tickets or more: what it is called and what people decided of it
with members as (from intermediate.int_family_parts),
decisions as (from reference.family_decisions),
-- After a merge the family goes by the words of most of its tickets.
parts as (
  select family_key, family_id, service, leader, category, sum(tickets) as tickets, bool_or(is_catch_all) as is_catch_all
  from members
  group by family_key, family_id, service, leader, category
),
families as (
  select parts.*, sum(tickets) over (partition by family_key) as all_tickets,
    bool_or(parts.is_catch_all) over (partition by family_key) as has_catch_all
  from parts
  qualify row_number() over (partition by family_key order by tickets desc, service, leader, category) = 1 and all_tickets > 1
),
last_decisions as (
  select * from decisions where decision <> ''
  qualify row_number() over (partition by family_id order by entry desc) = 1
),
names as (
  select family_id, arg_max(name, entry) as name from decisions where name <> '' group by family_id
)
select families.family_key, families.family_id, families.service, families.leader, families.category, families.has_catch_all as is_catch_all,
  coalesce(names.name, '') as name, coalesce(last_decisions.decision, '') as decision,
  coalesce(last_decisions.reference, '') as reference, coalesce(last_decisions.owner, '') as owner,
  coalesce(last_decisions.due_date, '') as due_date, coalesce(last_decisions.watch_until, '') as watch_until,
  coalesce(last_decisions.decided_by, '') as decided_by, coalesce(last_decisions.decided_on, '') as decided_on,
  coalesce(last_decisions.comment, '') as comment
from families
left join names on names.family_id = families.family_id
left join last_decisions on last_decisions.family_id = families.family_id
