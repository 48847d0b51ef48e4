-- grain: one row per freeze x site: its local days, and the changes that went through it
with freezes as (from reference.freezes),
violations as (from intermediate.int_freeze_violations),
changes as (from intermediate.int_changes),
met as (
  select freeze_id, site_id, (count(*) filter (not is_exempt))::integer as violations, (count(*) filter (is_exempt))::integer as exempts
  from violations
  join changes using (change_key)
  group by freeze_id, site_id
)
select freezes.freeze_id, freezes.site_id, freezes.name_fr, freezes.name_en, freezes.from_date, freezes.to_date,
  coalesce(met.violations, 0)::integer as violations, coalesce(met.exempts, 0)::integer as exempts
from freezes
left join met using (freeze_id, site_id)
