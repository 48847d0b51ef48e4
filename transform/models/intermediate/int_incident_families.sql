-- grain: one row per incident: its family and title
with incidents as (from intermediate.int_incident_signatures),
parts as (from intermediate.int_family_parts)
select incidents.ticket_key, incidents.title_key, parts.family_key
from incidents
join parts on parts.signature_key = incidents.signature_key and parts.category = incidents.category
