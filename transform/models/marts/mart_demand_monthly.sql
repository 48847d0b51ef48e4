-- grain: one row per audience x month of opening x site x type x origin x dimension ('all' the whole) x value ('' not said, '*' too few to show)
with withheld as (from intermediate.int_fitness where is_withheld),
tickets as (from marts.fct_tickets where type <> 'problem'),
requesters as (select ticket_key, requester from intermediate.int_tickets),
audiences as (from reference.audiences),
audience_sites as (from reference.audience_sites),
counted as (
  select source_id, opened_month as month, site_id, type, origin,
    case when grouping(service) = 0 then 'service' when grouping(category) = 0 then 'category' when grouping(channel) = 0 then 'channel'
      when grouping(catalogue_item) = 0 then 'catalogue_item' when grouping(population) = 0 then 'population'
      when grouping(assignment_group) = 0 then 'assignment_group' else 'all' end as dimension,
    coalesce(service, category, channel, catalogue_item, population, assignment_group, '') as value, count(*) as opened
  from tickets
  group by source_id, opened_month, site_id, type, origin,
    grouping sets ((), (service), (category), (channel), (catalogue_item), (population), (assignment_group))
),
-- What tells people apart is counted, not kept.
asked as (
  select source_id, opened_month as month, site_id, type, origin, population, assignment_group,
    hash(nullif(requesters.requester, '*'), case when coalesce(requesters.requester, '*') = '*' then requesters.ticket_key end) as person
  from tickets
  join requesters on requesters.ticket_key = tickets.ticket_key
),
peopled as (
  select month, site_id, type, origin, 'population' as dimension, coalesce(population, '') as value, count(distinct person) as people
  from asked
  group by all
  union all
  select month, site_id, type, origin, 'assignment_group', coalesce(assignment_group, ''), count(distinct person)
  from asked
  group by all
),
shown as (
  select month, site_id, type, origin, dimension, value, sum(opened)::integer as opened
  from counted
  where (dimension <> 'catalogue_item' or type = 'request')
    and not exists (from withheld where withheld.source_id = counted.source_id and withheld.metric_id = 'demand_' || counted.dimension)
  group by all
),
cells as (
  select shown.*, least(shown.opened, peopled.people) as people, peopled.people is not null as tells_people
  from shown
  left join peopled on peopled.month = shown.month and peopled.site_id = shown.site_id and peopled.type = shown.type
    and peopled.origin = shown.origin and peopled.dimension = shown.dimension and peopled.value = shown.value
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
