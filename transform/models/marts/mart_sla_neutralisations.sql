-- grain: one row per audience x month x commitment x site x ticket ('' without access to tickets) x reason: clocks left out of the net reading
with sla as (
  select *,
    case month_rule when 'resolved_in_month' then stopped_month when 'closed_in_month' then closed_month
      when 'opened_in_month' then opened_month else coalesce(breached_month, stopped_month) end as month
  from marts.fct_sla
  where is_neutralised and is_headline_population
),
neutralisations as (from reference.neutralisations),
audiences as (from reference.audiences),
audience_sites as (from reference.audience_sites)
select audiences.audience_id, sla.month, sla.commitment_id, sla.site_id,
  case when audiences.ticket_access then coalesce(sla.number, sla.ticket_id) else '' end as ticket,
  case when audiences.ticket_access then neutralisations.reason else '' end as reason,
  case when audiences.ticket_access then neutralisations.approved_by else '' end as approved_by,
  case when audiences.ticket_access then neutralisations.date else '' end as date,
  count(*)::integer as clocks, (count(*) filter (sla.verdict = 'breached'))::integer as breached
from sla
join neutralisations on neutralisations.ticket_id = sla.ticket_id and neutralisations.commitment_id = sla.commitment_id
join audience_sites on audience_sites.site_id = sla.site_id
join audiences on audiences.audience_id = audience_sites.audience_id
where sla.month is not null
group by all
