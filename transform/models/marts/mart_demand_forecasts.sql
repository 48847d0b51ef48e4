-- grain: one row per audience x entity ('*' all) x type ('*' all) x month of issue x month ahead: tickets expected, and those that came
with issued as (from reference.issued_forecasts),
made as (from intermediate.int_demand_forecasts),
series as (from intermediate.int_demand_series),
known as (
  select issued, audience_id, entity_id, type, month, method, expected, low_80, high_80, low_95, high_95
  from issued
  where audience_id in (select audience_id from reference.audiences)
  union all
  select issued, audience_id, entity_id, type, month, method, expected, low_80, high_80, low_95, high_95
  from made
  anti join issued using (issued, audience_id, entity_id, type)
),
latest as (
  select audience_id, entity_id, type, max(issued) as issued
  from known
  group by all
)
select known.audience_id, known.entity_id, known.type, known.issued, known.month, known.method,
  known.expected, known.low_80, known.high_80, known.low_95, known.high_95, series.opened as came,
  latest.issued is not null as is_latest, made.error, made.last_error, made.replayed, made.months
from known
left join latest on latest.audience_id = known.audience_id and latest.entity_id = known.entity_id and latest.type = known.type and latest.issued = known.issued
left join made on made.audience_id = known.audience_id and made.entity_id = known.entity_id and made.type = known.type
  and made.issued = known.issued and made.month = known.month
left join series on series.audience_id = known.audience_id and series.entity_id = known.entity_id and series.type = known.type
  and series.month = known.month
