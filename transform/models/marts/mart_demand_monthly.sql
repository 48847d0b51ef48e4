-- grain: one row per audience x month of opening x site x type x origin x dimension ('all' the whole) x value ('' not said, '*' too few to show)
with withheld as (from intermediate.int_fitness where is_withheld),
tickets as (from marts.fct_tickets where type <> 'problem'),
requesters as (select ticket_key, coalesce(nullif(requester, '*'), '*' || ticket_key) as person from intermediate.int_tickets),
audiences as (from reference.audiences),
audience_sites as (from reference.audience_sites),
dimensions as (
  select source_id, opened_month as month, site_id, type, origin, unnest([
    {dimension: 'all', value: ''}, {dimension: 'service', value: service}, {dimension: 'category', value: category},
    {dimension: 'channel', value: channel}, {dimension: case when type = 'request' then 'catalogue_item' end, value: catalogue_item}
  ]) as cut, null::varchar as person
  from tickets
  union all
  select source_id, opened_month, site_id, type, origin, unnest([
    {dimension: 'population', value: population}, {dimension: 'assignment_group', value: assignment_group}
  ]), person
  from tickets
  join requesters using (ticket_key)
),
cells as (
  select month, site_id, type, origin, cut.dimension as dimension, coalesce(cut.value, '') as value, count(*)::integer as opened,
    least(count(*), count(distinct person)) as people, cut.dimension in ('population', 'assignment_group') as tells_people
  from dimensions
  where cut.dimension is not null
    and not exists (from withheld where withheld.source_id = dimensions.source_id and withheld.metric_id = 'demand_' || cut.dimension)
  group by all
),
ordered as (
  select *, min(people) over whole as least_people, sum(people) over before as people_before, count(*) over before as cells_before
  from cells
  window whole as (partition by month, site_id, type, origin, dimension),
    before as (whole order by people, value rows between unbounded preceding and 1 preceding)
),
-- Values of fewer than three people go together, with the next ones until they are two values and three people: no total gives them away.
judged as (
  select *, tells_people and least_people < 3 and (people < 3 or people_before < 3 or cells_before < 2) as is_small
  from ordered
)
select audiences.audience_id, judged.month, judged.site_id, judged.type, judged.origin, judged.dimension,
  case when judged.is_small and not audiences.ticket_access then '*' else judged.value end as value, sum(judged.opened)::integer as opened
from judged
join audience_sites on audience_sites.site_id = judged.site_id
join audiences on audiences.audience_id = audience_sites.audience_id
group by all
