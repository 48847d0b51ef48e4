-- grain: one row per audience with access to tickets x clock that runs, or whose breach or late stop lies in the last 92 days
with sla as (from marts.fct_sla),
as_of as (from intermediate.int_as_of),
settings as (from reference.settings),
audiences as (from reference.audiences where ticket_access),
audience_sites as (from reference.audience_sites),
listed as (
  select sla.*,
    case month_rule when 'resolved_in_month' then stopped_month when 'closed_in_month' then closed_month
      when 'opened_in_month' then opened_month else coalesce(breached_month, stopped_month) end as headline_month,
    settings.reporting_zone as zone
  from sla
  cross join as_of
  cross join settings
  where sla.is_open
    or sla.verdict = 'breached' and reference.to_second(greatest(sla.breach_at, sla.stopped_at)) > as_of.as_of_second - 92 * 86400
)
select audiences.audience_id, listed.clock_key, coalesce(listed.number, listed.ticket_id) as ticket, listed.ticket_id, listed.source_id, listed.commitment_id,
  listed.commitment_version, listed.clock, listed.cycle, listed.stint, listed.site_id, coalesce(listed.service, '') as service, listed.type, listed.priority,
  coalesce(listed.assignment_group, ''::reference.party) as assignment_group, listed.provider, listed.verdict, listed.is_open, listed.is_at_risk,
  listed.is_headline_population, listed.is_immediate, listed.is_pause_estimated, listed.stop_basis, listed.lost_stage, listed.reopenings,
  coalesce(listed.headline_month, ''::reference.id) as month,
  reference.local_text(listed.started_at, listed.zone) as started_local, coalesce(reference.local_text(listed.stopped_at, listed.zone), '') as stopped_local,
  coalesce(reference.local_text(listed.due_at, listed.zone), '') as due_local, coalesce(reference.local_text(listed.breach_at, listed.zone), '') as breach_local,
  listed.elapsed_business_seconds, listed.gross_business_seconds, listed.target_seconds, listed.tolerance_seconds, listed.consumed_share,
  listed.priority_policy, listed.reopening_reading, listed.calendar_id, listed.neutralised_reason
from listed
join audience_sites using (site_id)
join audiences using (audience_id)
