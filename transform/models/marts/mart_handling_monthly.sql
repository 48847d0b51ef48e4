-- grain: one row per month of resolution x site x service x type x priority x support level at the resolution ('' not known)
with resolutions as (from intermediate.int_resolutions),
withheld as (from intermediate.int_fitness where is_withheld),
months as (from reference.months),
judged as (
  select resolutions.*,
    exists (from withheld where withheld.source_id = resolutions.source_id and withheld.metric_id = 'reassignments') as hides_moves,
    exists (from withheld where withheld.source_id = resolutions.source_id and withheld.metric_id = 'escalations') as hides_levels,
    exists (from withheld where withheld.source_id = resolutions.source_id and withheld.metric_id = 'first_contact') as hides_contact
  from resolutions
)
select months.month, judged.site_id, coalesce(judged.service, '') as service, judged.type, coalesce(judged.priority, '') as priority,
  case when hides_levels then '' else coalesce(judged.support_level::varchar, '') end as support_level,
  count(*)::integer as resolved,
  (count(*) filter (not hides_moves and reassignments = 0))::integer as reassigned_0,
  (count(*) filter (not hides_moves and reassignments = 1))::integer as reassigned_1,
  (count(*) filter (not hides_moves and reassignments = 2))::integer as reassigned_2,
  (count(*) filter (not hides_moves and reassignments >= 3))::integer as reassigned_3_more,
  (count(*) filter (not hides_levels and support_level is not null and is_escalated))::integer as escalated,
  (count(*) filter (not hides_contact and is_eligible))::integer as first_contact_eligible,
  (count(*) filter (not hides_contact and is_first_contact))::integer as first_contact,
  bool_and(is_mature) as is_mature
from judged
asof join months on judged.ended_second >= months.starts_second
group by all
