-- grain: one row per month of resolution x site x type x priority: what the tool itself says of its commitment
with tickets as (from marts.fct_tickets where resolved_month is not null)
select resolved_month as month, site_id, type, priority,
  (count(*) filter (made_sla))::integer as made,
  (count(*) filter (not made_sla))::integer as missed,
  (count(*) filter (made_sla is null))::integer as unknown
from tickets
group by all
having count(made_sla) > 0
