-- grain: one row per audience x family of two tickets or more; week_26 is the last seven days of the data
with families as (from intermediate.int_family_list),
occurrences as (from intermediate.int_audience_occurrences),
incidents as (from intermediate.int_audience_incidents),
settings as (from reference.settings),
audiences as (from reference.audiences),
audience_sites as (from reference.audience_sites),
family_problems as (from intermediate.int_family_problems),
counted as (
  select audience_id, family_key, count(*)::integer as occurrences, sum(tickets)::integer as tickets,
    (count(*) filter (days_ago < 30))::integer as occurrences_30_days,
    (count(*) filter (days_ago < 90))::integer as occurrences_90_days,
    (count(*) filter (days_ago < 180))::integer as occurrences_180_days,
    sum(user_seconds) / 3600.0 as user_hours,
    coalesce(sum(user_seconds) filter (days_ago < 30), case when sum(user_seconds) is not null then 0 end) / 3600.0 as user_hours_30_days,
    coalesce(sum(user_seconds) filter (days_ago < 90), case when sum(user_seconds) is not null then 0 end) / 3600.0 as user_hours_90_days,
    coalesce(sum(user_seconds) filter (days_ago < 180), case when sum(user_seconds) is not null then 0 end) / 3600.0 as user_hours_180_days
  from occurrences
  group by audience_id, family_key
),
recent as (
  select audience_id, family_key, days_ago // 7 as weeks_ago, count(*) as occurrences
  from occurrences
  where days_ago < 182
  group by all
),
weekly as (
  select audience_id, family_key,
    coalesce(sum(occurrences) filter (weeks_ago = 25), 0)::integer as week_01,
    coalesce(sum(occurrences) filter (weeks_ago = 24), 0)::integer as week_02,
    coalesce(sum(occurrences) filter (weeks_ago = 23), 0)::integer as week_03,
    coalesce(sum(occurrences) filter (weeks_ago = 22), 0)::integer as week_04,
    coalesce(sum(occurrences) filter (weeks_ago = 21), 0)::integer as week_05,
    coalesce(sum(occurrences) filter (weeks_ago = 20), 0)::integer as week_06,
    coalesce(sum(occurrences) filter (weeks_ago = 19), 0)::integer as week_07,
    coalesce(sum(occurrences) filter (weeks_ago = 18), 0)::integer as week_08,
    coalesce(sum(occurrences) filter (weeks_ago = 17), 0)::integer as week_09,
    coalesce(sum(occurrences) filter (weeks_ago = 16), 0)::integer as week_10,
    coalesce(sum(occurrences) filter (weeks_ago = 15), 0)::integer as week_11,
    coalesce(sum(occurrences) filter (weeks_ago = 14), 0)::integer as week_12,
    coalesce(sum(occurrences) filter (weeks_ago = 13), 0)::integer as week_13,
    coalesce(sum(occurrences) filter (weeks_ago = 12), 0)::integer as week_14,
    coalesce(sum(occurrences) filter (weeks_ago = 11), 0)::integer as week_15,
    coalesce(sum(occurrences) filter (weeks_ago = 10), 0)::integer as week_16,
    coalesce(sum(occurrences) filter (weeks_ago = 9), 0)::integer as week_17,
    coalesce(sum(occurrences) filter (weeks_ago = 8), 0)::integer as week_18,
    coalesce(sum(occurrences) filter (weeks_ago = 7), 0)::integer as week_19,
    coalesce(sum(occurrences) filter (weeks_ago = 6), 0)::integer as week_20,
    coalesce(sum(occurrences) filter (weeks_ago = 5), 0)::integer as week_21,
    coalesce(sum(occurrences) filter (weeks_ago = 4), 0)::integer as week_22,
    coalesce(sum(occurrences) filter (weeks_ago = 3), 0)::integer as week_23,
    coalesce(sum(occurrences) filter (weeks_ago = 2), 0)::integer as week_24,
    coalesce(sum(occurrences) filter (weeks_ago = 1), 0)::integer as week_25,
    coalesce(sum(occurrences) filter (weeks_ago = 0), 0)::integer as week_26
  from recent
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
-- A problem that a person attached is the whole family's.
seen_problems as (
  select distinct audiences.audience_id, family_problems.family_key, family_problems.problem_id, family_problems.number, family_problems.status
  from family_problems
  cross join audiences
  left join audience_sites on audience_sites.audience_id = audiences.audience_id and audience_sites.site_id = family_problems.site_id
  where audience_sites.site_id is not null or family_problems.site_id = ''
),
known_problems as (
  select audience_id, family_key, count(*)::integer as problems,
    (count(*) filter (status not in ('', 'resolved', 'closed', 'cancelled')))::integer as problems_open,
    string_agg(trim(number || ' ' || status), ', ' order by number, problem_id) as problem_list
  from seen_problems
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
  coalesce(known_problems.problems, 0) as problems, coalesce(known_problems.problems_open, 0) as problems_open,
  case when audiences.ticket_access then coalesce(known_problems.problem_list, '') else '' end as problem_list,
  families.decision,
  case when audiences.ticket_access or families.decision not in ('open_problem', 'attach_problem') then families.reference else '' end as reference,
  -- The owner answers for a family before everyone; who decided and what they wrote is for those who see its tickets.
  families.owner, families.due_date, families.watch_until, case when audiences.ticket_access then families.decided_by else '' end as decided_by,
  families.decided_on, case when audiences.ticket_access then families.comment else '' end as comment,
  coalesce(week_01, 0) as week_01, coalesce(week_02, 0) as week_02, coalesce(week_03, 0) as week_03, coalesce(week_04, 0) as week_04,
  coalesce(week_05, 0) as week_05, coalesce(week_06, 0) as week_06, coalesce(week_07, 0) as week_07, coalesce(week_08, 0) as week_08,
  coalesce(week_09, 0) as week_09, coalesce(week_10, 0) as week_10, coalesce(week_11, 0) as week_11, coalesce(week_12, 0) as week_12,
  coalesce(week_13, 0) as week_13, coalesce(week_14, 0) as week_14, coalesce(week_15, 0) as week_15, coalesce(week_16, 0) as week_16,
  coalesce(week_17, 0) as week_17, coalesce(week_18, 0) as week_18, coalesce(week_19, 0) as week_19, coalesce(week_20, 0) as week_20,
  coalesce(week_21, 0) as week_21, coalesce(week_22, 0) as week_22, coalesce(week_23, 0) as week_23, coalesce(week_24, 0) as week_24,
  coalesce(week_25, 0) as week_25, coalesce(week_26, 0) as week_26
from counted
join touched on touched.audience_id = counted.audience_id and touched.family_key = counted.family_key
join samples on samples.audience_id = counted.audience_id and samples.family_key = counted.family_key
left join weekly on weekly.audience_id = counted.audience_id and weekly.family_key = counted.family_key
join families on families.family_key = counted.family_key
join audiences on audiences.audience_id = counted.audience_id
left join known_problems on known_problems.audience_id = counted.audience_id and known_problems.family_key = counted.family_key
cross join settings
