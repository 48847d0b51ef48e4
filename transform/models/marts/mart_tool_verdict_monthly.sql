-- grain: one row per month of resolution x site x type x priority: what the tool itself says of its commitment
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'tool_verdict'),
tickets as (
  from marts.fct_tickets
  where resolved_month is not null and not exists (from withheld where withheld.source_id = fct_tickets.source_id)
)
select resolved_month as month, site_id, type, priority,
  (count(*) filter (made_sla))::integer as made,
  (count(*) filter (not made_sla))::integer as missed,
  (count(*) filter (made_sla is null))::integer as unknown
from tickets
group by all
