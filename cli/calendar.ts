import { readFile } from "node:fs/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { row, rows } from "../ingest/query.ts";
import { buildCalendars } from "../transform/calendar.ts";
import { siteCalendars } from "../transform/reference.ts";
import { type Command, UsageError } from "./command.ts";

const DATE = /^\d{4}-\d{2}-\d{2}$/;

interface Day {
  date: string;
  weekday: string;
  /** `08:30-12:30` in local time, in the order of time; two of one text where the clocks went back. */
  segments: string;
  seconds: number;
}

export const calendar: Command = {
  summary: "print the open hours of a calendar, day by day",
  help: `Local times of the calendar's zone, closures and clock changes applied, so that a person can check them.
--from and --to are dates, both included; --site chooses the site where zone or holidays are the site's.`,
  argument: "name",
  options: {
    from: { type: "string" },
    to: { type: "string" },
    site: { type: "string" },
  },
  async run({ config, options }) {
    const { name, from, to, site } = options;
    for (const [key, value] of Object.entries({ from, to }))
      if (typeof value !== "string" || !DATE.test(value) || Number.isNaN(Date.parse(value)))
        throw new UsageError(`--${key} ${String(value)}; expected a date such as 2026-05-01`);
    if (String(from) > String(to))
      throw new UsageError(`--to ${String(to)}; expected a date not before --from`);
    const found = siteCalendars(config, { from: String(from), to: String(to) }).filter(
      ({ calendarId }) => calendarId !== "" && calendarId === name,
    );
    if (found.length === 0)
      throw new UsageError(
        `calendar ${String(name)}; expected one of ${config.calendars.map(({ id }) => id).join(", ")}`,
      );
    const own = found.length === 1 ? found[0]! : found.find(({ siteId }) => siteId === site);
    if (!own)
      throw new UsageError(
        `--site ${String(site)}; expected one of ${found.flatMap(({ siteId }) => siteId || []).join(", ")}: calendar ${String(name)} depends on the site`,
      );
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    try {
      await connection.run("set timezone = 'UTC'");
      await connection.run(
        await readFile(new URL("../transform/macros.sql", import.meta.url), "utf8"),
      );
      await buildCalendars(connection, [own], { from: String(from), to: String(to) });
      const days = await rows<Day>(
        connection,
        `with local as (
           select dates.local_date, segments.from_second, segments.to_second - segments.from_second as seconds,
             timezone(?, to_timestamp(segments.from_second)) as opens, timezone(?, to_timestamp(segments.to_second)) as closes
           from reference.calendar_dates as dates
           left join reference.calendar_segments as segments
             on timezone(?, to_timestamp(segments.from_second))::date = dates.local_date
         )
         select strftime(local_date, '%Y-%m-%d') as date, strftime(local_date, '%a') as weekday,
           coalesce(string_agg(strftime(opens, '%H:%M') || '-' || case when closes::date > opens::date then '24:00' else strftime(closes, '%H:%M') end,
             ' ' order by from_second), '') as segments,
           coalesce(sum(seconds), 0)::bigint as seconds
         from local group by local_date order by local_date`,
        [own.zone, own.zone, own.zone],
      );
      const { total } = await row<{ total: number }>(
        connection,
        "select coalesce(sum(to_second - from_second), 0)::bigint as total from reference.calendar_segments",
      );
      return {
        lines: [
          `${own.calendarId}${own.siteId === "" ? "" : ` at ${own.siteId}`}, ${own.zone}`,
          ...days.map(
            ({ date, weekday, segments, seconds }) =>
              `${date} ${weekday}  ${segments === "" ? "closed" : `${segments}  ${seconds} s`}`,
          ),
          `${total} s open`,
        ],
        data: { calendar: own.calendarId, site: own.siteId, zone: own.zone, days, seconds: total },
      };
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  },
};
