-- grain: one row per distinct title (or, where a source has none, coded symptom) of incidents
with incidents as (from intermediate.int_incidents)
select text, is_coded, count(*)::integer as tickets
from incidents
group by all
