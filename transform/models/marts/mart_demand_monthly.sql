-- grain: one row per month of opening x site x type x origin x dimension ('all' the whole) x value ('' not said)
with withheld as (from intermediate.int_fitness where is_withheld),
tickets as (from marts.fct_tickets where type <> 'problem'),
dimensions as (
  select source_id, opened_month as month, site_id, type, origin, unnest([
    {dimension: 'all', value: ''}, {dimension: 'service', value: service}, {dimension: 'category', value: category},
    {dimension: 'channel', value: channel}, {dimension: 'population', value: population},
    {dimension: 'assignment_group', value: assignment_group},
    {dimension: case when type = 'request' then 'catalogue_item' end, value: catalogue_item}
  ]) as cut
  from tickets
)
select month, site_id, type, origin, cut.dimension as dimension, coalesce(cut.value, '') as value, count(*)::integer as opened
from dimensions
where cut.dimension is not null
  and not exists (from withheld where withheld.source_id = dimensions.source_id and withheld.metric_id = 'demand_' || cut.dimension)
group by all
