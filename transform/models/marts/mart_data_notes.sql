-- grain: one row per audience x source x kind x field: what was read with a caveat, or set aside
with notes as (from staging.stg_data_notes),
beyond as (from intermediate.int_tickets_beyond),
spells as (from intermediate.int_ticket_spells),
tickets as (from intermediate.int_tickets),
audience_sources as (from intermediate.int_audience_sources),
sla as (from marts.fct_sla where verdict = 'not_computable'),
noted as (
  select source_id, kind, field, records from notes
  union all
  select source_id, 'sla_' || reason, commitment_id, count(distinct ticket_id)::integer from sla group by all
  union all
  select source_id, 'opened_after_data_through', '', records from beyond
  union all
  select tickets.source_id, 'not_seen_again', '', count(*)::integer from spells join tickets using (ticket_key) where spells.ended_status = 'unseen' group by all
)
select audience_sources.audience_id, noted.source_id, noted.kind, noted.field, noted.records
from noted
join audience_sources using (source_id)
