import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import { forecast, type Forecast } from "../../transform/forecast.ts";
import { temporaryFolder, transformFiles } from "../project.ts";

const repeat = (pattern: readonly number[], times: number): number[] =>
  Array.from({ length: times }, () => pattern).flat();

describe("a forecast", () => {
  test("is not made under 18 months", () => {
    expect(forecast(repeat([10], 17))).toBeNull();
    expect(forecast(repeat([10], 18))).not.toBeNull();
  });

  test("of what never changes is the same again, by the simplest method, without a doubt", () => {
    const same = { count: 10, low80: 10, high80: 10, low95: 10, high95: 10 };
    // From the twelfth month on: seven forecasts of the next month, six of the one after, five of the third.
    expect(forecast(repeat([10], 19))).toEqual({
      method: "last",
      months: [same, same, same],
      error: 0,
      lastError: 0,
      replayed: 7 + 6 + 5,
    });
  });

  test("claims a season from 24 months on, and not before", () => {
    const year = [90, 80, 100, 70, 60, 50, 30, 20, 110, 100, 90, 60];
    expect(forecast(repeat(year, 2).slice(1))?.method).not.toMatch(/^season/);
    const found = forecast(repeat(year, 3))!;
    expect(found.method).toBe("season");
    expect(found.months.map(({ count }) => count)).toEqual([90, 80, 100]);
    // Twice as many in all months of the last year: the months of last year, at the level of now.
    const risen = forecast([...repeat(year, 2), ...year.map((count) => count * 2), 180, 160, 200])!;
    expect(risen.months[0]!.count).toBe(140);
  });

  test("has the width of Student's t and of the errors replayed", () => {
    // 18 months, the last method left out by hand: 10 and 20 in turn have a mean of 15, missed by 5 each time.
    const found = forecast(repeat([10, 20], 9))!;
    expect(found).toMatchObject({ method: "mean", error: 5, lastError: 20 / 3, replayed: 15 });
    // Six errors of 5 one month ahead: t(0.9; 6) = 1.4398 and t(0.975; 6) = 2.4469 (any table).
    expect(found.months[0]).toEqual({
      count: 15,
      low80: Math.floor(15 - 5 * 1.4398),
      high80: Math.ceil(15 + 5 * 1.4398),
      low95: Math.floor(15 - 5 * 2.4469),
      high95: Math.ceil(15 + 5 * 2.4469),
    });
  });

  test("holds about as many months as its intervals say", () => {
    let state = 20_261_124;
    const uniform = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    let [within80, within95] = [0, 0];
    const times = 300;
    for (let time = 0; time < times; time += 1) {
      const series = Array.from({ length: 24 }, () => Math.round(1000 + 100 * normal()));
      const next = forecast(series.slice(0, 23))!.months[0]!;
      const came = series[23]!;
      within80 += Number(came >= next.low80 && came <= next.high80);
      within95 += Number(came >= next.low95 && came <= next.high95);
    }
    expect(within80 / times).toBeGreaterThan(0.72);
    expect(within80 / times).toBeLessThan(0.9);
    expect(within95 / times).toBeGreaterThan(0.9);
  });

  test("is of whole tickets, never below none, each interval within the wider one and the later month's", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 18, maxLength: 40 }), (series) => {
        const { months } = forecast(series) as Forecast;
        for (const { count, low80, high80, low95, high95 } of months) {
          const bounds = [0, low95, low80, count, high80, high95];
          expect(bounds.every(Number.isInteger)).toBe(true);
          expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 60 },
    );
  });
});

const CONFIG = (files: readonly string[], through: string) => `
vigie: 1
organisation:
  name: Forecast
  reporting_zone: UTC
  entities: [{ id: g, kind: group, name: G }, { id: p, kind: site, parent: g, name: P, zone: UTC }]
sources:
  - id: s
    tool: T
    zone: UTC
    site: p
    data_through: ${through}
    inputs: [${files.map((file) => `{ path: ${file}, mapping: tickets.yaml }`).join(", ")}]
calendars: [{ id: office, zone: UTC, holidays: none, hours: { mon-fri: ["09:00-17:00"] } }]
audiences: [{ id: all, name: All, entities: [g] }]
`;

const MAPPING =
  "record: ticket\nfields: { native_id: id, opened_at: opened, updated_at: opened, type: type, status: status }\n";

/** One export with so many tickets in each month from January 2025 on. */
function tickets(from: number, counts: readonly number[]): string {
  const lines = counts.flatMap((count, index) =>
    Array.from({ length: count }, (_, number) => {
      const opened = new Date(Date.UTC(2025, from + index, 1 + (number % 27), 9)).toISOString();
      return `T${from + index}-${number},${opened},incident,new`;
    }),
  );
  return `id,opened,type,status\n${lines.join("\n")}\n`;
}

test("Forecasts are kept as they were made and set beside what came, however often the run is repeated", async () => {
  await using folder = await temporaryFolder();
  const say = (through: string, files: readonly string[]) =>
    transformFiles(
      {
        "vigie.yaml": CONFIG(files, through),
        "tickets.yaml": MAPPING,
        "first.csv": tickets(
          0,
          Array.from({ length: 18 }, () => 5),
        ),
        "second.csv": tickets(18, [7]),
      },
      folder.path,
    );
  const sql =
    "select issued, month, expected, came, is_latest from marts.mart_demand_forecasts where entity_id = '*' and type = '*' order by issued, month";
  const state = join(folder.path, "state/forecasts.csv");
  {
    using first = await say("2026-06-30T23:59:59Z", ["first.csv"]);
    expect(await rows(first.connection, sql)).toEqual(
      ["2026-07", "2026-08", "2026-09"].map((month) => ({
        issued: "2026-06",
        month,
        expected: 5,
        came: null,
        is_latest: true,
      })),
    );
  }
  const before = await readFile(state, "utf8");
  {
    using second = await say("2026-07-31T23:59:59Z", ["first.csv", "second.csv"]);
    const found = await rows<{ issued: string; came: number | null }>(second.connection, sql);
    expect(found.filter(({ issued }) => issued === "2026-06")).toEqual([
      { issued: "2026-06", month: "2026-07", expected: 5, came: 7, is_latest: false },
      { issued: "2026-06", month: "2026-08", expected: 5, came: null, is_latest: false },
      { issued: "2026-06", month: "2026-09", expected: 5, came: null, is_latest: false },
    ]);
    expect(found.filter(({ issued }) => issued === "2026-07")).toHaveLength(3);
  }
  const after = await readFile(state, "utf8");
  expect(after.startsWith(before)).toBe(true);
  expect(after.length).toBeGreaterThan(before.length);
  await writeFile(state, after.replace("2026-06;all", "June;all"));
  await expect(
    say("2026-07-31T23:59:59Z", ["first.csv", "second.csv"]).then((it) => it[Symbol.dispose]()),
  ).rejects.toThrow(/forecasts\.csv:2: issued "June"; expected a month YYYY-MM/);
});
