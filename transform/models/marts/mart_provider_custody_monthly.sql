-- grain: one row per month of resolution x provider x site: where the business time of the tickets that went through its hands was spent
with stints as (select distinct ticket_id, provider from marts.fct_sla where clock = 'provider' and provider <> ''),
withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'provider_custody'),
resolved as (
  from marts.fct_sla
  where clock = 'resolution' and stopped_month is not null and verdict in ('met', 'provisional', 'breached')
    and not exists (from withheld where withheld.source_id = fct_sla.source_id)
)
select resolved.stopped_month as month, stints.provider, resolved.site_id, count(distinct resolved.ticket_id)::integer as tickets,
  sum(resolved.requester_business_seconds)::bigint as requester_seconds, sum(resolved.internal_business_seconds)::bigint as internal_seconds,
  sum(resolved.provider_business_seconds)::bigint as provider_seconds
from resolved
join stints on stints.ticket_id = resolved.ticket_id
group by all
