-- grain: one row per audience x family that has a page x site; an occurrence counts at each site that it touches
with families as (from intermediate.int_audience_families),
incidents as (from intermediate.int_audience_incidents)
select families.audience_id, families.family_id, incidents.site_id,
  count(distinct incidents.occurrence_key)::integer as occurrences,
  (count(distinct incidents.occurrence_key) filter (incidents.days_ago < 90))::integer as occurrences_90_days,
  count(*)::integer as tickets, count(distinct incidents.asset_id)::integer as assets
from incidents
join families on families.audience_id = incidents.audience_id and families.family_key = incidents.family_key
group by all
