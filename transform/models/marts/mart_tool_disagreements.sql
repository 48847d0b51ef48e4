-- grain: one row per audience with access to tickets x ticket x what is compared: where the tool's word and ours differ, of the last 92 days
with comparison as (from marts.fct_tool_comparison where outcome not in ('agrees', 'not_judged')),
sla as (from marts.fct_sla),
as_of as (from intermediate.int_as_of),
settings as (from reference.settings),
audiences as (from reference.audiences where ticket_access),
audience_sites as (from reference.audience_sites)
select audiences.audience_id, comparison.month, comparison.clock_key, comparison.ticket, comparison.site_id, comparison.priority, comparison.commitment_id,
  comparison.kind, comparison.outcome, comparison.reason,
  case comparison.kind when 'verdict' then comparison.verdict::varchar
    when 'due' then reference.local_text(sla.due_at, settings.reporting_zone) else comparison.ours::varchar end as ours,
  case comparison.kind when 'verdict' then case comparison.tools when 1 then 'breached' else 'met' end
    when 'due' then reference.local_text(reference.to_instant(comparison.tools), settings.reporting_zone) else comparison.tools::varchar end as tools
from comparison
join sla using (clock_key)
join audience_sites on audience_sites.site_id = comparison.site_id
join audiences on audiences.audience_id = audience_sites.audience_id
cross join as_of
cross join settings
where comparison.month is not null and reference.to_second(sla.stopped_at) > as_of.as_of_second - 92 * 86400
