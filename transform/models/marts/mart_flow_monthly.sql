-- grain: one row per month x site x service x type x priority: backlog_end = backlog_start + opened + reopened - resolved - cancelled - unseen
with tickets as (from intermediate.int_tickets),
withheld as (from intermediate.int_fitness where is_withheld and metric_id = 'reopen_rate'),
undated as (from intermediate.int_fitness where is_withheld and metric_id = 'resolved'),
spells as (from intermediate.int_ticket_spells),
backlog as (from intermediate.int_backlog),
month_ends as (from intermediate.int_month_ends),
months as (from reference.months),
cuts as (select ticket_key, source_id, site_id, coalesce(service, '') as service, type, coalesce(priority, '') as priority, through_second, closed_field_second from tickets),
starts as (
  select months.month, cuts.site_id, cuts.service, cuts.type, cuts.priority,
    count(*) filter (spells.spell = 1) as opened, count(*) filter (spells.spell > 1) as reopened
  from spells
  join cuts using (ticket_key)
  asof join months on spells.started_second >= months.starts_second
  group by all
),
ends as (
  select months.month, cuts.site_id, cuts.service, cuts.type, cuts.priority,
    count(*) filter (ended_status not in ('cancelled', 'unseen')) as resolved,
    count(*) filter (ended_status = 'cancelled') as cancelled, count(*) filter (ended_status = 'unseen') as unseen,
    count(*) filter (ended_status not in ('cancelled', 'unseen') and withheld.source_id is null) as followed,
    count(*) filter (
      ended_status not in ('cancelled', 'unseen') and withheld.source_id is null and reopened_second is not null and reopened_second < window_ends_second
    ) as followed_reopened,
    bool_and(ended_status in ('cancelled', 'unseen') or window_ends_second <= cuts.through_second) as is_mature
  from (from spells where ended_second is not null) as spells
  join cuts using (ticket_key)
  left join withheld on withheld.source_id = cuts.source_id
  asof join months on spells.ended_second >= months.starts_second
  where not exists (from undated where undated.source_id = cuts.source_id)
  group by all
),
closures as (
  select months.month, cuts.site_id, cuts.service, cuts.type, cuts.priority, count(*) as closed
  from (from cuts where closed_field_second <= through_second) as cuts
  asof join months on cuts.closed_field_second >= months.starts_second
  group by all
),
stocks as (
  select month, site_id, service, type, priority, count(*) as backlog_end, count(*) filter (is_on_hold) as on_hold_end,
    count(*) filter (age_days <= 1) as age_0_1, count(*) filter (age_days between 2 and 5) as age_2_5,
    count(*) filter (age_days between 6 and 30) as age_6_30, count(*) filter (age_days between 31 and 90) as age_31_90,
    count(*) filter (age_days > 90) as age_over_90
  from backlog
  join cuts using (ticket_key)
  group by all
),
unclosed as (
  select month_ends.month, cuts.site_id, cuts.service, cuts.type, cuts.priority, count(*) as unclosed_end
  from cuts
  join tickets using (ticket_key)
  join month_ends on month_ends.source_id = cuts.source_id and tickets.opened_second < month_ends.counted_second
    and (cuts.closed_field_second is null or cuts.closed_field_second >= month_ends.counted_second)
  group by all
),
-- Every cut has a row for every month from its first one, so that a stock carries over months without events.
cut_months as (
  select distinct month_ends.month, cuts.site_id, cuts.service, cuts.type, cuts.priority
  from cuts
  join month_ends using (source_id)
)
select cut_months.month, cut_months.site_id, cut_months.service, cut_months.type, cut_months.priority,
  coalesce(opened, 0)::integer as opened, coalesce(reopened, 0)::integer as reopened, coalesce(resolved, 0)::integer as resolved,
  coalesce(cancelled, 0)::integer as cancelled, coalesce(unseen, 0)::integer as unseen, coalesce(closed, 0)::integer as closed,
  coalesce(lag(backlog_end) over (partition by cut_months.site_id, cut_months.service, cut_months.type, cut_months.priority order by cut_months.month), 0)::integer as backlog_start,
  coalesce(backlog_end, 0)::integer as backlog_end, coalesce(on_hold_end, 0)::integer as on_hold_end,
  coalesce(age_0_1, 0)::integer as age_0_1, coalesce(age_2_5, 0)::integer as age_2_5, coalesce(age_6_30, 0)::integer as age_6_30,
  coalesce(age_31_90, 0)::integer as age_31_90, coalesce(age_over_90, 0)::integer as age_over_90,
  coalesce(unclosed_end, 0)::integer as unclosed_end,
  coalesce(followed, 0)::integer as followed, coalesce(followed_reopened, 0)::integer as followed_reopened,
  coalesce(is_mature, true) as is_mature
from cut_months
left join starts using (month, site_id, service, type, priority)
left join ends using (month, site_id, service, type, priority)
left join closures using (month, site_id, service, type, priority)
left join stocks using (month, site_id, service, type, priority)
left join unclosed using (month, site_id, service, type, priority)
