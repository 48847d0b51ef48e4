-- grain: one row per ticket: least and greatest of each attribute that a scope or a target looks at; equal where it never changes
with states as (from intermediate.int_ticket_states),
dimensions as (from reference.scope_dimensions)
select states.ticket_key,
  min(coalesce(priority, ''::reference.word)) as least_priority, max(coalesce(priority, ''::reference.word)) as greatest_priority,
  min(case when uses_group then assignment_group else ''::reference.party end) as least_group,
  max(case when uses_group then assignment_group else ''::reference.party end) as greatest_group,
  min(case when uses_provider then provider else ''::reference.party end) as least_provider,
  max(case when uses_provider then provider else ''::reference.party end) as greatest_provider,
  least_priority <> greatest_priority as changes_priority,
  uses_priority and changes_priority or least_group <> greatest_group or least_provider <> greatest_provider as changes_scope
from states
cross join dimensions
group by states.ticket_key, uses_priority
