-- grain: one row per source x kind of doubt about its whole export, with the tickets that show it
with tickets as (from intermediate.int_tickets),
spells as (from intermediate.int_ticket_spells where is_last),
imports as (from staging.stg_imports where record_kind = 'ticket'),
months as (from reference.months),
-- Fewer tickets than these prove nothing by what is not among them.
enough as (select 20 as tickets),
standing as (
  select tickets.source_id, tickets.priority, months.month, spells.ended_second is null as is_open
  from tickets
  join spells using (ticket_key)
  asof join months on tickets.opened_second >= months.starts_second
),
counts as (
  select source_id, count(*) as tickets, count(*) filter (is_open) as open, count(distinct month) as months
  from standing
  group by source_id
),
priorities as (
  select source_id, priority, count(*) as tickets, sum(count(*)) over (partition by source_id) as of_tickets
  from standing
  where priority is not null
  group by source_id, priority
),
-- Where tools stop an export: ServiceNow at 10,000, Jira at 1,000, reports at 2,000, 5,000, 50,000.
doubts as (
  select source_id, 'row_limit' as kind, '' as value, max(imports.records) as records, max(imports.records) as of_records, true as is_cut
  from imports
  where records in (1000, 2000, 5000, 10000, 20000, 50000, 100000)
  group by source_id
  union all
  select source_id, 'none_open', '', counts.tickets, counts.tickets, true
  from counts
  cross join enough
  where open = 0 and counts.tickets >= enough.tickets
  union all
  select source_id, 'one_month', '', counts.tickets, counts.tickets, true
  from counts
  cross join enough
  where months = 1 and counts.tickets >= enough.tickets
  union all
  select source_id, 'one_priority', priority, priorities.tickets, of_tickets, false
  from priorities
  cross join enough
  where 10 * priorities.tickets >= 9 * of_tickets and of_tickets >= enough.tickets
)
select source_id, kind, value, records, of_records, is_cut from doubts
