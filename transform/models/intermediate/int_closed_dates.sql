-- grain: one row per calendar x local date (days since 1970) that is closed on a weekday which is otherwise open: a holiday or closure
with dates as (from reference.calendar_dates where not is_open),
hours as (select distinct calendar_key, weekday from reference.calendar_hours)
select dates.calendar_key, dates.local_date, date_diff('day', date '1970-01-01', dates.local_date)::bigint as local_day
from dates
join hours on hours.calendar_key = dates.calendar_key and hours.weekday = isodow(dates.local_date)
