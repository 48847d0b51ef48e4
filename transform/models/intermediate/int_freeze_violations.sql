-- grain: one row per change x freeze that its actual window meets, with whether an exemption is recorded
with changes as (from intermediate.int_changes where started_second is not null),
freezes as (from reference.freezes),
exemptions as (from reference.freeze_exemptions)
select changes.change_key, freezes.freeze_id, exemptions.change is not null as is_exempt
from changes
join freezes on freezes.site_id = changes.site_id and freezes.starts_second < coalesce(changes.ended_second, changes.started_second + 1)
  and changes.started_second < freezes.ends_second
  and (freezes.types is null or list_contains(freezes.types, changes.type))
left join exemptions on exemptions.freeze_id = freezes.freeze_id
  and (exemptions.change = changes.number or exemptions.change = changes.native_id)
