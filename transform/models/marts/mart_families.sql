-- grain: one row per audience x family of two tickets or more; week_26 is the last seven days of the data
with families as (from intermediate.int_family_list),
occurrences as (from intermediate.int_audience_occurrences),
incidents as (from intermediate.int_audience_incidents),
settings as (from reference.settings),
counted as (
  select audience_id, family_key, count(*)::integer as occurrences, sum(tickets)::integer as tickets,
    (count(*) filter (days_ago < 30))::integer as occurrences_30_days,
    (count(*) filter (days_ago < 90))::integer as occurrences_90_days,
    (count(*) filter (days_ago < 180))::integer as occurrences_180_days,
    sum(user_seconds) / 3600.0 as user_hours,
    coalesce(sum(user_seconds) filter (days_ago < 30), case when sum(user_seconds) is not null then 0 end) / 3600.0 as user_hours_30_days,
    coalesce(sum(user_seconds) filter (days_ago < 90), case when sum(user_seconds) is not null then 0 end) / 3600.0 as user_hours_90_days,
    coalesce(sum(user_seconds) filter (days_ago < 180), case when sum(user_seconds) is not null then 0 end) / 3600.0 as user_hours_180_days,
    (count(*) filter (days_ago // 7 = 25))::integer as week_01,
    (count(*) filter (days_ago // 7 = 24))::integer as week_02,
    (count(*) filter (days_ago // 7 = 23))::integer as week_03,
    (count(*) filter (days_ago // 7 = 22))::integer as week_04,
    (count(*) filter (days_ago // 7 = 21))::integer as week_05,
    (count(*) filter (days_ago // 7 = 20))::integer as week_06,
    (count(*) filter (days_ago // 7 = 19))::integer as week_07,
    (count(*) filter (days_ago // 7 = 18))::integer as week_08,
    (count(*) filter (days_ago // 7 = 17))::integer as week_09,
    (count(*) filter (days_ago // 7 = 16))::integer as week_10,
    (count(*) filter (days_ago // 7 = 15))::integer as week_11,
    (count(*) filter (days_ago // 7 = 14))::integer as week_12,
    (count(*) filter (days_ago // 7 = 13))::integer as week_13,
    (count(*) filter (days_ago // 7 = 12))::integer as week_14,
    (count(*) filter (days_ago // 7 = 11))::integer as week_15,
    (count(*) filter (days_ago // 7 = 10))::integer as week_16,
    (count(*) filter (days_ago // 7 = 9))::integer as week_17,
    (count(*) filter (days_ago // 7 = 8))::integer as week_18,
    (count(*) filter (days_ago // 7 = 7))::integer as week_19,
    (count(*) filter (days_ago // 7 = 6))::integer as week_20,
    (count(*) filter (days_ago // 7 = 5))::integer as week_21,
    (count(*) filter (days_ago // 7 = 4))::integer as week_22,
    (count(*) filter (days_ago // 7 = 3))::integer as week_23,
    (count(*) filter (days_ago // 7 = 2))::integer as week_24,
    (count(*) filter (days_ago // 7 = 1))::integer as week_25,
    (count(*) filter (days_ago // 7 = 0))::integer as week_26
  from occurrences
  group by audience_id, family_key
),
touched as (
  select audience_id, family_key, count(distinct site_id)::integer as sites, count(distinct asset_id)::integer as assets,
    (count(*) filter (days_ago < 30))::integer as tickets_30_days,
    (count(*) filter (days_ago < 90))::integer as tickets_90_days,
    (count(*) filter (days_ago < 180))::integer as tickets_180_days,
    min(opened_second) as first_second, max(opened_second) as last_second
  from incidents
  group by audience_id, family_key
),
titles as (from intermediate.int_titles),
told as (select audience_id, family_key, title_key, count(*) as tickets from incidents group by audience_id, family_key, title_key),
worded as (
  select told.audience_id, told.family_key, titles.masked, max(titles.key_words) as key_words, sum(told.tickets) as tickets
  from told
  join titles on titles.title_key = told.title_key
  group by told.audience_id, told.family_key, titles.masked
),
samples as (
  select audience_id, family_key, list(masked order by tickets desc, masked)[:5] as titles,
    arg_max(key_words, (tickets, key_words)) as key_words
  from worded
  group by audience_id, family_key
)
select counted.audience_id, families.family_id,
  families.name, samples.titles[1] as label, families.service, families.category, samples.key_words,
  samples.titles[2] as sample_2, samples.titles[3] as sample_3, samples.titles[4] as sample_4, samples.titles[5] as sample_5,
  counted.occurrences, occurrences_30_days, occurrences_90_days, occurrences_180_days,
  counted.tickets, tickets_30_days, tickets_90_days, tickets_180_days,
  user_hours::double as user_hours, user_hours_30_days::double as user_hours_30_days,
  user_hours_90_days::double as user_hours_90_days, user_hours_180_days::double as user_hours_180_days,
  touched.sites, touched.assets,
  strftime(timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(touched.first_second))), '%Y-%m-%d') as first_date,
  strftime(timezone(settings.reporting_zone, timezone('UTC', reference.to_instant(touched.last_second))), '%Y-%m-%d') as last_date,
  occurrences_180_days >= 2 and families.decision <> 'reject' as is_recurrent,
  occurrences_180_days >= 2 and families.decision <> 'reject' and not families.is_catch_all
    and (occurrences_90_days >= 5 or tickets_90_days >= 20) as is_working_list,
  families.is_catch_all,
  families.decision, families.reference, families.owner, families.due_date, families.watch_until, families.decided_by,
  families.decided_on, families.comment,
  week_01, week_02, week_03, week_04, week_05, week_06, week_07, week_08, week_09,
  week_10, week_11, week_12, week_13, week_14, week_15, week_16, week_17, week_18,
  week_19, week_20, week_21, week_22, week_23, week_24, week_25, week_26
from counted
join touched on touched.audience_id = counted.audience_id and touched.family_key = counted.family_key
join samples on samples.audience_id = counted.audience_id and samples.family_key = counted.family_key
join families on families.family_key = counted.family_key
cross join settings
