-- grain: one row per source: tickets opened after the instant its data is said to reach, which no figure counts
with observations as (from staging.stg_ticket_observations),
sources as (from intermediate.int_sources)
select source_id, count(distinct ticket_id)::integer as records
from observations
join sources using (source_id)
where reference.to_second(observations.opened_at) > sources.through_second
group by source_id
