import { readFile } from "node:fs/promises";
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { literal, row, rows } from "../../ingest/query.ts";
import { buildCalendars, publicHolidays, type SiteCalendar } from "../../transform/calendar.ts";
import { parseHours } from "../../transform/hours.ts";

interface VectorCalendar {
  zone: string;
  segments: Record<string, [string, string][]>;
  closures: string[];
}

interface Vector {
  id: string;
  why: string;
  calendar: string | string[];
  given: Record<string, string>;
  expected: Record<string, unknown>;
}

const vectors = JSON.parse(await readFile("test/fixtures/vectors.json", "utf8")) as {
  calendars: Record<string, VectorCalendar>;
  vectors: Vector[];
};

const hoursOf = (segments: VectorCalendar["segments"]) =>
  parseHours(
    Object.fromEntries(
      Object.entries(segments).map(([days, list]) => [days, list.map((pair) => pair.join("-"))]),
    ),
  ).segments;

/** Calendars that no vector has: more segments a day than the day index has places, odd zones, southern and ended DST. */
const EXTRA: Record<string, VectorCalendar> = {
  kolkata_nights: {
    zone: "Asia/Kolkata",
    segments: {
      "mon-sun": [
        ["00:00", "06:00"],
        ["22:00", "24:00"],
      ],
    },
    closures: ["2026-01-26"],
  },
  chatham_shifts: {
    zone: "Pacific/Chatham",
    segments: {
      "mon-fri": [
        ["00:15", "02:50"],
        ["03:05", "05:00"],
        ["07:00", "09:00"],
        ["10:00", "12:00"],
        ["13:00", "15:00"],
        ["16:00", "24:00"],
      ],
    },
    closures: [],
  },
  lord_howe: {
    zone: "Australia/Lord_Howe",
    segments: { "mon-sun": [["01:00", "03:00"]] },
    closures: [],
  },
  casablanca: {
    zone: "Africa/Casablanca",
    segments: { "mon-sun": [["00:00", "24:00"]] },
    closures: [],
  },
  paris_early: {
    zone: "Europe/Paris",
    segments: { "mon-sun": [["00:00", "02:30"]] },
    closures: [],
  },
};

const all = { ...vectors.calendars, ...EXTRA };
const names = Object.keys(all);
const HORIZON = { from: "2025-09-01", to: "2027-01-31" };

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run("set timezone = 'UTC'");
  await connection.run(await readFile("transform/macros.sql", "utf8"));
  const calendars: SiteCalendar[] = names.map((calendarId, index) => ({
    key: index + 1,
    calendarId,
    siteId: "",
    zone: all[calendarId]!.zone,
    hours: hoursOf(all[calendarId]!.segments),
    closures: new Set(all[calendarId]!.closures),
  }));
  await buildCalendars(connection, calendars, HORIZON);
});

/** UTC second of `2026-05-22T17:30 local` in a zone, or of an instant that says its own offset. */
async function secondOf(text: string, zone: string): Promise<number> {
  const [instant, kind] = text.split(" ");
  const sql =
    kind === "local"
      ? `timezone(${literal(zone)}, timestamp ${literal(instant!)})`
      : `timestamptz ${literal(instant!)}`;
  return (await row<{ second: number }>(connection, `select epoch(${sql})::bigint as second`))
    .second;
}

/** Business seconds between two UTC seconds, as the models count them. */
async function businessSeconds(calendar: string, from: number, to: number): Promise<number> {
  const key = names.indexOf(calendar) + 1;
  const { seconds } = await row<{ seconds: number }>(
    connection,
    `select reference.business_at(closes, ${to}::bigint) - reference.business_at(opens, ${from}::bigint) as seconds
     from reference.calendar_days as opens, reference.calendar_days as closes
     where opens.day_key = reference.day_key(${key}, ${from}::bigint) and closes.day_key = reference.day_key(${key}, ${to}::bigint)`,
  );
  return seconds;
}

describe("business time", () => {
  const spans = vectors.vectors.filter(({ given }) => "from" in given && "to" in given);

  test("has the vectors to answer for", () => {
    expect(spans.map(({ id }) => id)).toEqual([
      "SLA-01",
      "SLA-02",
      "SLA-03",
      "SLA-05",
      "SLA-07",
      "SLA-14",
    ]);
  });

  test.each(spans.map((vector) => [vector.id, vector.why, vector] as const))(
    "is right %s: %s",
    async (_id, _why, vector) => {
      for (const calendar of [vector.calendar].flat()) {
        const { zone } = all[calendar]!;
        const from = await secondOf(vector.given["from"]!, zone);
        const to = await secondOf(vector.given["to"]!, zone);
        const expected = (vector.expected[calendar] ?? vector.expected) as {
          business_seconds: number;
        };
        expect(await businessSeconds(calendar, from, to), calendar).toBe(expected.business_seconds);
      }
    },
  );

  test("gains half an hour of a segment that ends in the doubled hour, and no more", async () => {
    // 00:00-02:30 on the autumn night in Paris: 00:00-02:30 the first time and 02:00-02:30 again = 3 h.
    const from = await secondOf("2026-10-25T00:00 local", "Europe/Paris");
    expect(await businessSeconds("paris_early", from, from + 86_400)).toBe(3 * 3600);
  });

  test("is what stepping minute by minute over local time gives, in every zone", async () => {
    const start = Date.parse("2025-09-05T00:00:00Z") / 60_000;
    const end = Date.parse("2026-12-31T00:00:00Z") / 60_000;
    const interval = fc.record({
      calendar: fc.constantFrom(...names),
      from: fc.integer({ min: start, max: end }),
      minutes: fc.integer({ min: 0, max: 4 * 1440 }),
    });
    const count = process.env["VIGIE_LONG"] ? 4000 : 300;
    const drawn = fc.sample(interval, { numRuns: count, seed: 20_261_123 });
    const nights = names.flatMap((calendar) =>
      [
        "2025-10-26",
        "2025-11-02",
        "2026-03-08",
        "2026-03-29",
        "2026-04-05",
        "2026-09-20",
        "2026-09-27",
        "2026-10-04",
        "2026-10-25",
      ].map((night) => ({
        calendar,
        from: Date.parse(`${night}T00:00:00Z`) / 60_000 - 1440,
        minutes: 2880,
      })),
    );
    const cases = [...drawn, ...nights];
    const values = cases.map(
      ({ calendar, from, minutes }, index) =>
        `(${index}, ${names.indexOf(calendar) + 1}, ${from * 60}, ${(from + minutes) * 60})`,
    );
    await connection.run(
      `create or replace table cases as from (values ${values.join(", ")}) as t(id, calendar_key, from_second, to_second)`,
    );
    const engine = await rows<{ id: number; seconds: number }>(
      connection,
      `select id, (reference.business_at(closes, to_second::bigint) - reference.business_at(opens, from_second::bigint)) as seconds from cases
       join reference.calendar_days as opens on opens.day_key = reference.day_key(calendar_key, from_second)
       join reference.calendar_days as closes on closes.day_key = reference.day_key(calendar_key, to_second) order by id`,
    );
    expect(engine).toEqual(await steppedByMinute(cases.length));
  });
});

/** The oracle: each minute's local date and time by DuckDB's own conversion, against the calendar as written. */
async function steppedByMinute(count: number): Promise<{ id: number; seconds: number }[]> {
  const segments = names.flatMap((name, index) =>
    hoursOf(all[name]!.segments).map(
      ({ weekday, openSecond, closeSecond }) =>
        `(${index + 1}, ${weekday}, ${openSecond}, ${closeSecond})`,
    ),
  );
  const closures = names.flatMap((name, index) =>
    all[name]!.closures.map((day) => `(${index + 1}, date '${day}')`),
  );
  await connection.run(
    `create or replace table oracle_hours as from (values ${segments.join(", ")}) as t(calendar_key, weekday, opens, closes)`,
  );
  await connection.run(
    `create or replace table oracle_closures as from (values ${closures.join(", ")}) as t(calendar_key, day)`,
  );
  const totals = new Map<number, number>();
  for (const [index, name] of names.entries()) {
    const found = await rows<{ id: number; seconds: number }>(
      connection,
      `with minutes as (
         select id, timezone(${literal(all[name]!.zone)}, to_timestamp(unnest(range(from_second, to_second, 60)))) as local
         from cases where calendar_key = ${index + 1}
       )
       select id, 60 * count(*) as seconds from minutes
       join oracle_hours on calendar_key = ${index + 1} and weekday = isodow(local)
         and date_diff('second', local::date::timestamp, local) >= opens and date_diff('second', local::date::timestamp, local) < closes
       where not exists (from oracle_closures where calendar_key = ${index + 1} and day = local::date)
       group by id`,
    );
    for (const { id, seconds } of found) totals.set(id, seconds);
  }
  return Array.from({ length: count }, (_, id) => ({ id, seconds: totals.get(id) ?? 0 }));
}

describe("public holidays", () => {
  const in2026 = { from: "2026-01-01", to: "2026-12-31" };

  test("of France close Whit Monday and Bastille Day", () => {
    const dates = publicHolidays({ country: "FR", region: null }, in2026);
    expect(dates).toContain("2026-05-25");
    expect(dates).toContain("2026-07-14");
    expect(dates).not.toContain("2026-04-03");
  });

  test("of Moselle add Good Friday and Saint Stephen's day", () => {
    const dates = publicHolidays({ country: "FR", region: "57" }, in2026);
    expect(dates).toEqual(expect.arrayContaining(["2026-04-03", "2026-12-26"]));
  });

  test("of Québec close the national holiday of 24 June", () => {
    expect(publicHolidays({ country: "CA", region: "QC" }, in2026)).toContain("2026-06-24");
  });
});
