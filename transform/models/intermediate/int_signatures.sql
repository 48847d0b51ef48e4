-- grain: one row per service x signature
with incidents as (from intermediate.int_incidents),
titles as (from intermediate.int_titles),
forms as (from reference.title_forms),
named as (
  select incidents.service, titles.signature, titles.is_coded, titles.language, titles.has_own_words, incidents.instance, incidents.category,
    incidents.opened_second
  from incidents
  join titles using (text, is_coded)
),
cells as (
  select signature, is_coded, instance, category, count(*) as tickets
  from named
  where category <> ''
  group by all
),
sized as (select *, sum(tickets) over (partition by signature, is_coded, instance) as all_tickets from cells),
-- Spread within one instance, since each tool has its own words: 20 tickets in 5 categories of 5 % each, none above half.
spread as (
  select distinct signature, is_coded
  from sized
  group by signature, is_coded, instance
  having sum(tickets) >= 20 and count(*) filter (tickets >= 0.05 * all_tickets) >= 5 and max(tickets) <= 0.5 * sum(tickets)
)
select (row_number() over (order by named.service, named.signature, named.is_coded))::integer as signature_key,
  named.service, named.signature, named.is_coded, count(*)::integer as tickets,
  case when count(distinct named.language) filter (named.language <> '') = 1 then max(named.language) else '' end as language,
  (forms.signature is not null and not named.is_coded) or not bool_or(named.has_own_words) or spread.signature is not null as is_catch_all
from named
left join forms on forms.signature = named.signature
left join spread on spread.signature = named.signature and spread.is_coded = named.is_coded
group by named.service, named.signature, named.is_coded, forms.signature, spread.signature
