-- grain: one row per source x month: the instant at which its stocks are counted (the month's end, or where its data ends)
with months as (from intermediate.int_months),
sources as (from intermediate.int_sources)
select sources.source_id, months.month, months.starts_second,
  least(months.ends_second, sources.through_second + 1) as counted_second
from sources
join months on months.starts_second <= sources.through_second
