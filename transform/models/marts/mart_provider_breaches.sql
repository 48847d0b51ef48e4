-- grain: one row per audience with access to tickets x month (of those that reach into the last 92 days) x ticket x commitment of a provider that was breached: what `vigie breaches` writes
with sla as (
  select *,
    case month_rule when 'resolved_in_month' then stopped_month when 'closed_in_month' then closed_month
      when 'opened_in_month' then opened_month else coalesce(breached_month, stopped_month) end as month
  from marts.fct_sla
  where clock = 'provider' and verdict = 'breached' and is_headline_population
),
neutralisations as (from reference.neutralisations),
months as (from reference.months),
as_of as (from intermediate.int_as_of),
settings as (from reference.settings),
audiences as (from reference.audiences where ticket_access),
audience_sites as (from reference.audience_sites),
-- What is neutralised is so in every cycle and stint: the first breach of the month stands for a ticket and commitment.
listed as (
  select sla.*
  from sla
  join months using (month)
  cross join as_of
  where months.ends_second > as_of.as_of_second - 92 * 86400
  qualify row_number() over (partition by sla.month, sla.ticket_id, sla.commitment_id order by sla.breach_at, sla.clock_key) = 1
)
select audiences.audience_id, listed.month, listed.ticket_id as ticket, listed.commitment_id as commitment, coalesce(listed.number, '') as number,
  listed.site_id as site, coalesce(listed.service, '') as service, listed.priority,
  coalesce(listed.assignment_group, ''::reference.party) as assignment_group, listed.provider,
  coalesce(strftime(listed.started_at, '%Y-%m-%dT%H:%M:%SZ'), '') as started_at, coalesce(strftime(listed.due_at, '%Y-%m-%dT%H:%M:%SZ'), '') as due_at,
  coalesce(strftime(listed.breach_at, '%Y-%m-%dT%H:%M:%SZ'), '') as breach_at, coalesce(strftime(listed.stopped_at, '%Y-%m-%dT%H:%M:%SZ'), '') as stopped_at,
  reference.local_text(listed.breach_at, settings.reporting_zone) as breach_local,
  coalesce(reference.local_text(listed.stopped_at, settings.reporting_zone), '') as stopped_local,
  listed.elapsed_business_seconds, listed.target_seconds,
  coalesce(neutralisations.reason, '') as reason, coalesce(neutralisations.asked_by, '') as asked_by,
  coalesce(neutralisations.approved_by, '') as approved_by, coalesce(neutralisations.date, '') as date
from listed
cross join settings
join audience_sites using (site_id)
join audiences using (audience_id)
left join neutralisations on neutralisations.ticket_id = listed.ticket_id and neutralisations.commitment_id = listed.commitment_id
