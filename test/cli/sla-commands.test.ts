import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { breaches } from "../../cli/breaches.ts";
import { calendar } from "../../cli/calendar.ts";
import type { Command } from "../../cli/command.ts";
import type { Config } from "../../cli/config.ts";
import { contracts } from "../../cli/contracts.ts";
import { explain } from "../../cli/explain.ts";
import { row, rows } from "../../ingest/query.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { NEUTRALISATIONS_FILE } from "../../transform/neutralisation.ts";
import { configIn, temporaryFolder, transformAll } from "../project.ts";
import { readWarehouse } from "../warehouse.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let config: Config;

beforeAll(async () => {
  folder = await temporaryFolder();
  await cp(join(inject("sample"), "warehouse.duckdb"), join(folder.path, "warehouse.duckdb"));
  config = await configIn("test/fixtures/sample/vigie.yaml", folder.path);
});
afterAll(() => folder[Symbol.asyncDispose]());

const run = (command: Command, options: Record<string, string>) =>
  command.run({ config, options, progress: () => {}, warn: () => {} });

describe("vigie explain", () => {
  test("prints the intervals of a clock, the open hours each meets, and the same seconds as the mart", async () => {
    const { lines } = await run(explain, { ticket: "INC0010004" });
    expect(lines).toContain("      office: Fri 22 May 17:30:00-18:00:00 = 1800 s");
    expect(lines.filter((line) => line.includes("25 May"))).toEqual([]);
    const sample = await readWarehouse(inject("sample"));
    const { elapsed } = await row<{ elapsed: number }>(
      sample,
      "select elapsed_business_seconds as elapsed from marts.fct_sla where number = 'INC0010004' and clock = 'resolution'",
    );
    expect(lines.some((line) => line.includes(`; ${elapsed} s of 28800 s`))).toBe(true);
    expect(lines.some((line) => line.endsWith(`total ${elapsed} s`))).toBe(true);
  });

  test("refuses a ticket that no commitment covers", async () => {
    await expect(run(explain, { ticket: "INC9" })).rejects.toThrow(/ticket INC9; expected/);
  });

  test("is what the timeline of the marts says: running pieces add up to the elapsed time", async () => {
    const sample = await readWarehouse(inject("sample"));
    const { clocks, wrong } = await row<{ clocks: number; wrong: number }>(
      sample,
      `with totals as (
         select clock_key, sum(business_seconds) filter (rule = 'runs') as running, count(distinct priority) as priorities
         from marts.fct_sla_timeline group by clock_key
       )
       select count(*) as clocks, count(*) filter (coalesce(running, 0) <> elapsed_business_seconds) as wrong
       from totals join marts.fct_sla using (clock_key) where priorities = 1`,
    );
    expect(clocks).toBeGreaterThan(50);
    expect(wrong).toBe(0);
  });
});

describe("vigie calendar", () => {
  test("prints the open hours of each date, a holiday closed", async () => {
    const { lines } = await run(calendar, {
      name: "office",
      site: "paris",
      from: "2026-05-22",
      to: "2026-05-26",
    });
    expect(lines).toEqual([
      "office at paris, Europe/Paris",
      "2026-05-22 Fri  08:30-12:30 13:30-18:00  30600 s",
      "2026-05-23 Sat  closed",
      "2026-05-24 Sun  closed",
      "2026-05-25 Mon  closed",
      "2026-05-26 Tue  08:30-12:30 13:30-18:00  30600 s",
      "61200 s open",
    ]);
  });

  test("opens a date of other hours, be it a holiday", async () => {
    const calendars = config.calendars.map((one) => ({
      ...one,
      openings: [
        {
          date: "2026-05-25",
          segments: [{ weekday: 1, openSecond: 9 * 3600, closeSecond: 12 * 3600 }],
          reason: "Inventaire",
        },
      ],
    }));
    const { lines } = await calendar.run({
      config: { ...config, calendars },
      options: { name: "office", site: "paris", from: "2026-05-25", to: "2026-05-26" },
      progress: () => {},
      warn: () => {},
    });
    expect(lines.slice(1)).toEqual([
      "2026-05-25 Mon  09:00-12:00  10800 s",
      "2026-05-26 Tue  08:30-12:30 13:30-18:00  30600 s",
      "41400 s open",
    ]);
  });

  test("shows the hour that the autumn night has twice", async () => {
    const { data } = await run(calendar, {
      name: "always",
      site: "paris",
      from: "2026-10-25",
      to: "2026-10-25",
    });
    expect(data).toMatchObject({ seconds: 25 * 3600 });
  });

  test("refuses a calendar, a date or a site that is not there", async () => {
    const dates = { from: "2026-05-22", to: "2026-05-26" };
    await expect(run(calendar, { name: "shop", site: "paris", ...dates })).rejects.toThrow(
      /calendar shop; expected one of office, always/,
    );
    await expect(run(calendar, { name: "office", ...dates })).rejects.toThrow(/--site undefined/);
    await expect(
      run(calendar, { name: "office", site: "paris", from: "May", to: "2026-05-26" }),
    ).rejects.toThrow(/--from May; expected a date/);
  });
});

test("vigie contracts counts what each commitment covers, and says why a ticket has none", async () => {
  const { lines } = await run(contracts, {});
  const sample = await readWarehouse(inject("sample"));
  const [covered] = await rows<{ n: number }>(
    sample,
    "select count(distinct ticket_id) as n from marts.fct_sla where commitment_id = 'request-resolution' and not is_detached",
  );
  expect(lines.some((line) => line.startsWith(`request-resolution: ${covered!.n} ticket`))).toBe(
    true,
  );
  // Requests are promised no response.
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^no response commitment: \d+ tickets, request at paris; incident-response does not fit by type$/,
    ),
  );
});

describe("vigie breaches", () => {
  const month = "2026-10";

  test("writes a month's breaches with an empty reason, which come back as exclusions", async () => {
    const file = join(folder.path, "breaches.csv");
    const { data } = await run(breaches, { month, export: file });
    const text = await readFile(file, "utf8");
    const [header, first, ...rest] = text.split("\r\n");
    expect(header).toMatch(/^\u{feff}ticket;commitment;.*;reason;asked_by;approved_by;date$/u);
    expect(first).toMatch(/;;;;$/);
    expect(rest.length).toBe(data["breaches"] as number);
    const asked = first!.replace(/;;;;$/, ";'=panne;Orvane;DSI;2026-11-02");
    await writeFile(file, [header, asked, ...rest].join("\r\n"));
    expect((await run(breaches, { read: file })).data).toEqual({ added: 1, kept: 0 });
    expect((await run(breaches, { read: file })).data).toEqual({ added: 0, kept: 1 });
    const state = join(config.storage.state, NEUTRALISATIONS_FILE);
    expect(await readFile(state, "utf8")).toContain(";'=panne;");
    using warehouse = await openWarehouse(config.storage.warehouse);
    await transformAll(warehouse, config);
    expect(
      await row(
        warehouse.connection,
        "select sum(breached - net_breached) as neutral from marts.mart_sla_monthly where is_headline",
      ),
    ).toEqual({ neutral: 1 });
  });

  test("refuses exclusions of tickets and commitments that do not exist, each with its line", async () => {
    const file = join(folder.path, "wrong.csv");
    await writeFile(
      file,
      "ticket;commitment;reason;asked_by;approved_by;date\nINC0;incident-resolution;x;a;b;2026-11-02\nINC0010001;nothing;x;a;;2026-11-02\n",
    );
    await expect(run(breaches, { read: file })).rejects.toThrow(
      /:2: ticket "INC0"; expected a ticket of the sources\n.*:3: approved_by ""; expected who approved/,
    );
  });

  test("refuses a month or a provider that is none", async () => {
    await expect(run(breaches, { month: "October" })).rejects.toThrow(/--month October; expected/);
    await expect(run(breaches, { month, provider: "acme" })).rejects.toThrow(
      /--provider acme; expected none/,
    );
  });
});
