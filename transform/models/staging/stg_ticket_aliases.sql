-- grain: one row per instance x alias that names exactly one native id
with imports as (from staging.stg_imports),
tickets as (from ingest.tickets semi join imports using (import_id))
select instance, number as alias, min(native_id) as native_id
from tickets
where number is not null and number <> native_id
group by instance, number
having count(distinct native_id) = 1
