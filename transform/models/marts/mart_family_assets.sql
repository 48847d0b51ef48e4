-- grain: one row per audience with access to tickets x family that has a page x asset, the ten with the most occurrences
with audiences as (from reference.audiences where ticket_access),
families as (from intermediate.int_audience_families semi join audiences using (audience_id)),
incidents as (from intermediate.int_audience_incidents where asset_id is not null)
select families.audience_id, families.family_id, incidents.asset_id, min(incidents.site_id) as site_id,
  count(distinct incidents.occurrence_key)::integer as occurrences,
  (count(distinct incidents.occurrence_key) filter (incidents.days_ago < 90))::integer as occurrences_90_days,
  count(*)::integer as tickets
from incidents
join families on families.audience_id = incidents.audience_id and families.family_key = incidents.family_key
group by families.audience_id, families.family_id, incidents.asset_id
qualify row_number() over (
  partition by families.audience_id, families.family_id order by count(distinct incidents.occurrence_key) desc, count(*) desc, incidents.asset_id
) <= 10
