import Holidays from "date-holidays";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { HolidayPlace } from "../ingest/config.ts";
import { literal } from "../ingest/query.ts";
import { zoneOffset, zoneTransitions } from "../ingest/zone.ts";
import type { Calendar } from "./config.ts";
import type { OpenSegment } from "./hours.ts";

/** First and last local date that calendars must cover, `YYYY-MM-DD`. */
export interface Horizon {
  from: string;
  to: string;
}

/** A calendar as one site sees it: its zone and holidays resolved. */
export interface SiteCalendar {
  /** Dense key of the day index. */
  key: number;
  calendarId: string;
  /** Empty for a calendar that is the same everywhere. */
  siteId: string;
  zone: string;
  /** Segments of a week, each with the local days of the version it belongs to; null is always. */
  hours: readonly (OpenSegment & { validFrom?: string | null; validTo?: string | null })[];
  closures: ReadonlySet<string>;
  /** Dates whose segments stand in place of those of the weekday, closed or not; default none. */
  openings?: Calendar["openings"];
}

/** Whether a calendar's zone or holidays depend on the site. */
export const dependsOnSite = (calendar: Calendar): boolean =>
  calendar.zone === "site" || calendar.holidays === "site";

/** Public holidays of a place between two dates, as local dates; only full public ones. */
export function publicHolidays(place: HolidayPlace, horizon: Horizon): string[] {
  const holidays = place.region
    ? new Holidays(place.country, place.region)
    : new Holidays(place.country);
  const dates: string[] = [];
  for (
    let year = Number(horizon.from.slice(0, 4));
    year <= Number(horizon.to.slice(0, 4));
    year += 1
  ) {
    for (const holiday of holidays.getHolidays(year)) {
      if (holiday.type === "public") dates.push(holiday.date.slice(0, 10));
    }
  }
  return dates;
}

/** Offsets of a zone as rows (zone, from_second, to_second, offset_seconds), UTC, covering the horizon. */
async function offsetRows(
  connection: DuckDBConnection,
  zone: string,
  horizon: Horizon,
): Promise<string[]> {
  const from = Date.parse(`${horizon.from}T00:00:00Z`) / 1000 - 2 * 86_400;
  const to = Date.parse(`${horizon.to}T00:00:00Z`) / 1000 + 2 * 86_400;
  const text = (second: number) => new Date(second * 1000).toISOString().slice(0, 10);
  const transitions = await zoneTransitions(connection, zone, text(from), text(to));
  const first = await zoneOffset(connection, zone, text(from));
  const starts = [{ at: from, after: first }, ...transitions];
  return starts.map(
    ({ at, after }, index) => `(${literal(zone)}, ${at}, ${starts[index + 1]?.at ?? to}, ${after})`,
  );
}

/**
 * Creates the calendar relations of the schema `reference`:
 *
 * - `calendar_segments`: open segments in UTC seconds, cut at zone transitions, with the business seconds before each;
 * - `calendar_days`: the day index, one row per calendar and UTC day, so that business time is one hash join;
 * - `calendar_dates`: local dates, with the ordinal of the open ones and the UTC second at which each ends.
 *
 * An instant is open when its local date is not a closure and its local time lies in a segment (DEFINITIONS 7), so a
 * segment is intersected with each span of constant offset: absent local times shorten it, doubled ones lengthen it.
 */
export async function buildCalendars(
  connection: DuckDBConnection,
  calendars: readonly SiteCalendar[],
  horizon: Horizon,
): Promise<void> {
  const zones = [...new Set(calendars.map(({ zone }) => zone))].toSorted();
  const offsets = (
    await Promise.all(zones.map((zone) => offsetRows(connection, zone, horizon)))
  ).flat();
  await insertRows(
    connection,
    "zone_offsets (zone varchar, from_second bigint, to_second bigint, offset_seconds bigint)",
    offsets,
  );
  await insertRows(
    connection,
    "calendars (calendar_key integer, calendar_id varchar, site_id varchar, zone varchar)",
    calendars.map(
      ({ key, calendarId, siteId, zone }) =>
        `(${key}, ${[calendarId, siteId, zone].map(literal).join(", ")})`,
    ),
  );
  await insertRows(
    connection,
    "calendar_hours (calendar_key integer, weekday integer, open_second bigint, close_second bigint, valid_from date, valid_to date)",
    calendars.flatMap(({ key, hours }) =>
      hours.map(
        ({ weekday, openSecond, closeSecond, validFrom, validTo }) =>
          `(${key}, ${weekday}, ${openSecond}, ${closeSecond}, date '${validFrom ?? "0001-01-01"}', date '${validTo ?? "9999-12-31"}')`,
      ),
    ),
  );
  await insertRows(
    connection,
    "calendar_closures (calendar_key integer, local_date date)",
    calendars.flatMap(({ key, closures }) => [...closures].map((day) => `(${key}, date '${day}')`)),
  );
  await insertRows(
    connection,
    "calendar_openings (calendar_key integer, local_date date, open_second bigint, close_second bigint)",
    calendars.flatMap(({ key, openings = [] }) =>
      openings.flatMap(({ date, segments }) =>
        segments.map(
          ({ openSecond, closeSecond }) =>
            `(${key}, date '${date}', ${openSecond}, ${closeSecond})`,
        ),
      ),
    ),
  );
  await connection.run(`create or replace table reference.horizon as
    select range::date as local_date, date_diff('day', date '1970-01-01', range::date)::bigint * 86400 as local_second
    from range(date '${horizon.from}', date '${horizon.to}' + 1, interval 1 day)`);
  await connection.run(SEGMENTS);
  await connection.run(DAYS);
  await connection.run(DATES);
}

/** Creates (or replaces) a table of `reference` and fills it with literal rows. */
export async function insertRows(
  connection: DuckDBConnection,
  table: string,
  values: readonly string[],
): Promise<void> {
  await connection.run(`create or replace table reference.${table}`);
  const name = table.slice(0, table.indexOf(" "));
  for (let from = 0; from < values.length; from += 2000) {
    await connection.run(
      `insert into reference.${name} values ${values.slice(from, from + 2000).join(", ")}`,
    );
  }
}

const SEGMENTS = `create or replace table reference.calendar_segments as
  with local as (
    select calendars.calendar_key, calendars.zone, local_second + open_second as opens, local_second + close_second as closes
    from reference.calendars
    join reference.calendar_hours using (calendar_key)
    join reference.horizon on isodow(local_date) = weekday and local_date between valid_from and valid_to
    where not exists (
      from reference.calendar_closures
      where calendar_closures.calendar_key = calendars.calendar_key and calendar_closures.local_date = horizon.local_date
    ) and not exists (
      from reference.calendar_openings
      where calendar_openings.calendar_key = calendars.calendar_key and calendar_openings.local_date = horizon.local_date
    )
    union all
    select calendar_key, zone, local_second + open_second, local_second + close_second
    from reference.calendars
    join reference.calendar_openings using (calendar_key)
    join reference.horizon using (local_date)
  ), utc as (
    select calendar_key, greatest(opens - offset_seconds, from_second) as from_second,
      least(closes - offset_seconds, to_second) as to_second
    from local join reference.zone_offsets using (zone)
    where opens - offset_seconds < zone_offsets.to_second and closes - offset_seconds > zone_offsets.from_second
  )
  select calendar_key, from_second, to_second,
    (sum(to_second - from_second) over (partition by calendar_key order by from_second) - (to_second - from_second))::bigint
      as business_before
  from utc order by calendar_key, from_second`;

/** Segments of a UTC day beyond the third go to a list: nothing in the rules caps their number. */
const DAYS = `create or replace table reference.calendar_days as
  with days as (
    -- The first and last local dates reach into the UTC days beside them.
    select calendar_key, unnest(range(min(local_second) // 86400 - 1, max(local_second) // 86400 + 2)) as utc_day
    from reference.horizon, reference.calendars
    group by calendar_key
  ), pieces as (
    select calendar_key, utc_day, greatest(from_second - utc_day * 86400, 0) as a, least(to_second - utc_day * 86400, 86400) as b
    from reference.calendar_segments, unnest(range(from_second // 86400, (to_second - 1) // 86400 + 1)) as t(utc_day)
  ), listed as (
    select calendar_key, utc_day, list({a: a, b: b} order by a) as pieces, sum(b - a) as seconds
    from pieces group by all
  )
  select calendar_key * 1000000 + utc_day as day_key,
    (coalesce(sum(seconds) over (partition by calendar_key order by utc_day rows between unbounded preceding and 1 preceding), 0))::bigint
      as business_before,
    coalesce(pieces[1].a, 86400) as a1, coalesce(pieces[1].b, 86400) as b1,
    coalesce(pieces[2].a, 86400) as a2, coalesce(pieces[2].b, 86400) as b2,
    coalesce(pieces[3].a, 86400) as a3, coalesce(pieces[3].b, 86400) as b3,
    case when len(pieces) > 3 then pieces[4:] end as more
  from days left join listed using (calendar_key, utc_day) order by day_key`;

const DATES = `create or replace table reference.calendar_dates as
  with open_dates as (
    select distinct calendars.calendar_key, local_date
    from reference.calendars join reference.calendar_hours using (calendar_key)
    join reference.horizon on isodow(local_date) = weekday and local_date between valid_from and valid_to
    where not exists (
      from reference.calendar_closures
      where calendar_closures.calendar_key = calendars.calendar_key and calendar_closures.local_date = horizon.local_date
    )
    union
    select calendar_key, local_date from reference.calendar_openings
  )
  select calendar_key, local_date, open_dates.local_date is not null as is_open,
    count(open_dates.local_date) over (partition by calendar_key order by local_date) as open_ordinal,
    epoch(timezone(zone, (local_date + 1)::timestamp))::bigint as ends_second
  from (select calendar_key, zone, local_date from reference.calendars, reference.horizon) as dates
  left join open_dates using (calendar_key, local_date)
  order by calendar_key, local_date`;
