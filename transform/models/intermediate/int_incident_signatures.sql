-- grain: one row per incident: its signature and title, and its category where the signature is a catch-all
with incidents as (from intermediate.int_incidents),
titles as (from intermediate.int_titles),
signatures as (from intermediate.int_signatures),
title_signatures as (
  select signatures.service, signatures.signature_key, signatures.is_catch_all, titles.text, titles.is_coded, titles.title_key
  from titles
  join signatures on signatures.signature = titles.signature and signatures.is_coded = titles.is_coded
)
select incidents.ticket_key, named.title_key, named.signature_key,
  case when named.is_catch_all then incidents.category else '' end as category, incidents.opened_second
from incidents
join title_signatures as named
  on named.text = incidents.text and named.is_coded = incidents.is_coded and named.service = incidents.service
