-- grain: one row per audience x metric x source: records that can be used for it, by the field that limits it most
with fitness as (from intermediate.int_fitness),
audience_sources as (from intermediate.int_audience_sources)
select audience_sources.audience_id, fitness.metric_id, fitness.source_id, fitness.usable, fitness.total, fitness.threshold,
  fitness.is_withheld, fitness.reason, fitness.field
from fitness
join audience_sources using (source_id)
