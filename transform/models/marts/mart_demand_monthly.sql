-- grain: one row per month of opening x site x type x dimension x value
with tickets as (from marts.fct_tickets),
dimensions as (
  select opened_month as month, site_id, type, unnest([
    {dimension: 'category', value: category}, {dimension: 'assignment_group', value: assignment_group},
    {dimension: 'channel', value: channel}, {dimension: 'service', value: service}
  ]) as cut
  from tickets
)
select month, site_id, type, cut.dimension as dimension, coalesce(cut.value, '') as value, count(*)::integer as opened
from dimensions
group by all
