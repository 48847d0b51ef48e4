-- grain: one row per resolution (a spell that ended by one): the hands it went through since the ticket was opened
with spells as (from intermediate.int_ticket_spells where ended_second is not null and ended_status not in ('cancelled', 'unseen')),
tickets as (from intermediate.int_tickets),
origins as (from intermediate.int_ticket_origins),
states as (from intermediate.int_ticket_states),
stepped as (
  select ticket_key, change_number, started_second, ended_second, is_last, assignment_group, support_level,
    last_value(nullif(assignment_group, '') ignore nulls) over (
      partition by ticket_key order by change_number rows between unbounded preceding and 1 preceding
    ) as previous_group,
    lag(support_level) over (partition by ticket_key order by change_number) as previous_level
  from states
),
-- Of changes in one second the last one holds: states that lasted no time drop out after they were counted.
counted as (
  select ticket_key, started_second, ended_second, is_last, support_level,
    sum(case when assignment_group <> '' and assignment_group <> previous_group then 1 else 0 end) over history as moves,
    sum(case when support_level > previous_level then 1 else 0 end) over history as rises,
    first_value(support_level ignore nulls) over history as first_level,
    bool_or(assignment_group <> '') over history as has_group
  from stepped
  window history as (partition by ticket_key order by change_number rows between unbounded preceding and current row)
),
hands as (from counted where ended_second > started_second or is_last),
resolved as (
  select spells.ticket_key, spells.spell, spells.is_last, spells.ended_second, tickets.source_id, tickets.site_id, tickets.service,
    tickets.type, tickets.priority, tickets.first_contact, origins.origin,
    hands.support_level, hands.first_level, hands.rises,
    case when tickets.history <> 'none' and hands.has_group then hands.moves
      when spells.is_last then tickets.reassignment_count end::integer as reassignments,
    coalesce(spells.reopened_second < spells.window_ends_second, false) as is_reopened,
    spells.window_ends_second <= tickets.through_second as is_mature
  from spells
  join tickets using (ticket_key)
  join origins using (ticket_key)
  asof left join hands on hands.ticket_key = spells.ticket_key and spells.ended_second >= hands.started_second
)
select *,
  coalesce(rises > 0, false) as is_escalated,
  spell = 1 and origin = 'people' and reassignments is not null
    and coalesce(first_contact is not null or first_level = 1, false) as is_eligible,
  is_eligible and reassignments = 0 and not is_reopened and coalesce(first_contact, not is_escalated) as is_first_contact
from resolved
