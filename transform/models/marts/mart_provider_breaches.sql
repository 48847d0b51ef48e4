-- grain: one row per audience x breached stint of a provider, in the order of the breach; its ticket's number where the audience sees tickets
with withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'sla_provider'),
stints as (
  from marts.fct_sla
  where clock = 'provider' and provider <> '' and verdict = 'breached' and not exists (from withheld where withheld.source_id = fct_sla.source_id)
),
sites as (from reference.sites),
audiences as (from reference.audiences),
audience_sites as (from reference.audience_sites)
select audience_sites.audience_id,
  row_number() over (
    partition by audience_sites.audience_id order by stints.breach_at, stints.ticket_id, stints.commitment_id, stints.cycle, stints.stint
  )::integer as breach_order,
  stints.provider, stints.commitment_id,
  case stints.month_rule
    when 'resolved_in_month' then stints.stopped_month
    when 'closed_in_month' then stints.closed_month
    when 'opened_in_month' then stints.opened_month
    else coalesce(stints.breached_month, stints.stopped_month) end as month,
  case when audiences.ticket_access then coalesce(stints.number, stints.ticket_id) else '' end as number,
  stints.site_id, coalesce(stints.service, '') as service, stints.priority,
  strftime(timezone(sites.zone, timezone('UTC', stints.started_at)), '%Y-%m-%d %H:%M') as started_local,
  strftime(timezone(sites.zone, timezone('UTC', stints.due_at)), '%Y-%m-%d %H:%M') as due_local,
  coalesce(strftime(timezone(sites.zone, timezone('UTC', stints.stopped_at)), '%Y-%m-%d %H:%M'), '') as stopped_local,
  stints.elapsed_business_seconds as elapsed_seconds, stints.target_seconds, stints.paused_business_seconds as paused_seconds,
  stints.is_neutralised, stints.neutralised_reason
from stints
join sites on sites.site_id = stints.site_id
join audience_sites on audience_sites.site_id = stints.site_id
join audiences on audiences.audience_id = audience_sites.audience_id
