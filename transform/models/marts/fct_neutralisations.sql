-- grain: one row per neutralised ticket x commitment: what was left out of the net reading, by whom, and what the gross verdict stays
with neutralisations as (from reference.neutralisations),
sla as (from marts.fct_sla),
tickets as (from marts.fct_tickets)
select neutralisations.ticket_id, tickets.site_id, neutralisations.commitment_id, neutralisations.reason, neutralisations.asked_by,
  neutralisations.approved_by, neutralisations.date,
  coalesce(string_agg(sla.verdict, ', ' order by sla.cycle, sla.stint), '') as verdicts, count(sla.clock_key)::integer as clocks
from neutralisations
join tickets on tickets.ticket_id = neutralisations.ticket_id
left join sla on sla.ticket_id = neutralisations.ticket_id and sla.commitment_id = neutralisations.commitment_id
group by all
