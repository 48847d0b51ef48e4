import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import type { DuckDBConnection } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generate } from "../../data/sample/generate.ts";
import { NETWORK_PROVIDER, PRINT_PROVIDER, providerGroups } from "../../data/sample/group.ts";
import { SITES } from "../../data/sample/site.ts";
import { toInstant, toWall, wall } from "../../data/sample/wall-clock.ts";
import { loadConfig } from "../../cli/config.ts";
import { row, rows } from "../../ingest/query.ts";
import { publicHolidays } from "../../transform/calendar.ts";
import { prepare, temporaryFolder } from "../project.ts";
import { GROUP, idsOf, makeGroup, readTruth } from "../sample-group.ts";
import { readWarehouse } from "../warehouse.ts";

const SMALL = { tickets: 2500, seed: 7 };

type ByType = Record<string, number>;

interface SiteTruth {
  source: string;
  tickets: ByType;
  open: ByType;
  cancelled: ByType;
  reopened: ByType;
  opened_per_month: Record<string, Record<string, number>>;
  backlog_per_month: Record<string, Record<string, number>>;
}

interface Family {
  id: string;
  service: string;
  sites: string[];
  rhythm: string;
  key_words: string[];
  incidents: number;
  assets?: number;
  model?: string;
  other_models?: boolean;
  members: Record<string, string[]>;
}

interface Truth {
  files: Record<string, { records: number; quarantined: number }>;
  quarantine: { file: string; line: number; column: string; value: string; reason: string }[];
  without_a_home: { source: string; field: string; value: string; records: number }[];
  families: Family[];
  catch_alls: { id: string; tickets: number; members: Record<string, string[]> }[];
  wave: { change: string; asset: string; ended_at: string; members: Record<string, string[]> };
  mirrors: { tickets: number; pairs: { from: string; to: string }[] };
  major_incidents: { id: string; site: string; service: string }[];
  problems: Record<string, { problem: string; opened_on: string; closed_on: string }>;
  licences: { product: string; what: string; entitled: number; used: number; idle: number }[];
  sites: Record<string, SiteTruth>;
}

/** Paths below a folder and the hash of what each file holds. */
async function hashes(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(folder, { recursive: true })).toSorted()) {
    const path = join(folder, name);
    if ((await stat(path)).isFile())
      found[name] = createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
  }
  return found;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let exportsFolder: string;
let truth: Truth;
let group: DuckDBConnection;

beforeAll(async () => {
  folder = await temporaryFolder();
  const made = await makeGroup(join(folder.path, "whole"), SMALL);
  exportsFolder = made.exportsFolder;
  truth = await readTruth<Truth>(exportsFolder);
  await prepare(made.configPath, join(folder.path, "storage"));
  group = await readWarehouse(join(folder.path, "storage"));
});

afterAll(async () => {
  group?.closeSync();
  await folder[Symbol.asyncDispose]();
});

describe("the generator", () => {
  test("writes the same bytes for the same seed, wherever and in whatever zone and language it runs", async () => {
    const out = join(folder.path, "again");
    const arguments_ = [
      "--tickets",
      String(SMALL.tickets),
      "--seed",
      String(SMALL.seed),
      "--out",
      out,
    ];
    await promisify(execFile)(process.execPath, [join(GROUP, "generate.ts"), ...arguments_], {
      env: { ...process.env, TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
    });
    await rm(join(out, ".made"));
    const found = Object.entries(await hashes(exportsFolder));
    expect(await hashes(out)).toEqual(
      Object.fromEntries(found.filter(([name]) => !name.endsWith(".mapping.yaml"))),
    );
  });

  test("writes nothing again where it has written the same, and all of it where its sources changed", async () => {
    const out = join(folder.path, "once");
    const run = () =>
      promisify(execFile)(process.execPath, [
        join(GROUP, "generate.ts"),
        "--if-missing",
        "--tickets",
        String(SMALL.tickets),
        "--out",
        out,
      ]);
    await run();
    const written = (await stat(join(out, "truth.json"))).mtimeMs;
    await run();
    expect((await stat(join(out, "truth.json"))).mtimeMs).toBe(written);
    await writeFile(join(out, ".made"), "another generator");
    await run();
    expect((await stat(join(out, "truth.json"))).mtimeMs).toBeGreaterThan(written);
  });

  test("writes other tickets for another seed", async () => {
    const out = join(folder.path, "other");
    await generate({ ...SMALL, seed: 8, out });
    const [ours, theirs] = [await hashes(exportsFolder), await hashes(out)];
    const written = Object.keys(ours).filter((name) => !name.endsWith(".mapping.yaml"));
    expect(Object.keys(theirs)).toEqual(written);
    const names = Object.keys(truth.files).filter((name) =>
      /ticket|incident|issue|chang|hardware/.test(name),
    );
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(theirs[name], name).not.toBe(ours[name]);
  });

  test("says in no gzip header when or on what system it was written", async () => {
    const head = (await readFile(join(exportsFolder, "jira/issues.csv.gz"))).subarray(0, 10);
    expect([...head.subarray(4, 8), head[9]]).toEqual([0, 0, 0, 0, 255]);
  });

  test("writes each tool's way: GLPI quotes everything and ends lines in CRLF, Jira gives the offset", async () => {
    const text = async (name: string) =>
      gunzipSync(await readFile(join(exportsFolder, name))).toString("utf8");
    const glpi = (await text("glpi/tickets.csv.gz")).split("\r\n");
    expect(glpi[0]).toMatch(/^"ID";"Titre";/);
    expect(glpi.slice(1, -1).every((line) => line.startsWith('"') && line.endsWith('"'))).toBe(
      true,
    );
    expect((await text("jira/issues.csv.gz")).split("\n")[1]).toMatch(
      /,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000-0[45]00,/,
    );
    expect((await text("servicenow/incident.csv.gz")).split("\n")[1]).toMatch(
      /,\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d,/,
    );
  });

  test("refuses fewer tickets than it has to plant", async () => {
    await expect(
      generate({ tickets: 50, seed: 1, out: join(folder.path, "none") }),
    ).rejects.toThrow(/too few tickets for what is planted: 50; expected at least \d+/);
  });

  test("keeps memory bounded: a heap of 64 MB is enough whatever the number of tickets", async () => {
    const tickets = process.env["VIGIE_LONG"] ? "400000" : "40000";
    const script = ["--max-old-space-size=64", join(GROUP, "generate.ts"), "--tickets", tickets];
    const out = join(folder.path, "many");
    await promisify(execFile)(process.execPath, [...script, "--out", out]);
    const { sites, mirrors } = await readTruth<Truth>(out);
    const made = Object.values(sites).flatMap((site) => Object.values(site.tickets));
    const counted = made.reduce((sum, count) => sum + count, 0);
    expect(counted + mirrors.tickets).toBe(Number(tickets));
  });
});

describe("the generator's clock", () => {
  test.each([...new Map(SITES.map((site) => [site.zone.name, site]))])(
    "is DuckDB's in %s",
    async (zone, site) => {
      const hours = await rows<{ instant: number; local: number }>(
        group,
        `select epoch(t)::bigint as instant, epoch(timezone('${zone}', timezone('UTC', t)))::bigint as local
         from (select unnest(range(timestamp '2024-10-30', timestamp '2026-11-02', interval 30 minutes)) as t)`,
      );
      const wrong = hours.filter(({ instant, local }) => toWall(site.zone, instant) !== local);
      expect(wrong).toEqual([]);
      const there = wall("2026-03-02 09:00:00");
      expect(toWall(site.zone, toInstant(site.zone, there))).toBe(there);
    },
  );

  test("knows the public holidays and closures that the configuration names", async () => {
    const { organisation, calendars } = await loadConfig("vigie.yaml");
    const closures = calendars.find(({ id }) => id === "office")!.closures.map(({ date }) => date);
    for (const site of SITES) {
      const place = organisation.entities.find(({ id }) => id === site.id)!.holidays!;
      const named = publicHolidays(place, { from: "2024-11-01", to: "2026-12-31" });
      const inRange = (date: string) => date >= "2024-11-01" && date < "2026-11-02";
      expect(new Set(site.shut.filter(inRange)), site.id).toEqual(
        new Set([...named, ...closures].filter(inRange)),
      );
    }
  });
});

test("both providers are declared with the groups that they staff", async () => {
  const { providers } = await loadConfig("vigie.yaml");
  const groupsOf = (id: string) => providers.find((each) => each.id === id)!.groups;
  expect(groupsOf("orvane")).toEqual(providerGroups(NETWORK_PROVIDER));
  expect(groupsOf("copalis")).toEqual(providerGroups(PRINT_PROVIDER));
});

describe("the group's exports, read the whole way", () => {
  test("have every record where the bookkeeping says", async () => {
    const ledger = await rows<{ file: string; records: number; quarantined: number }>(
      group,
      `select replace(file, '${GROUP}/', '') as file, records, quarantined from ingest.imports order by file`,
    );
    const { files } = truth;
    const expected = Object.keys(files)
      .toSorted()
      .map((file) => ({ file, ...files[file]! }));
    expect(ledger).toEqual(expected);
  });

  test("are refused at the lines, columns and values that were spoiled", async () => {
    const found = await rows(
      group,
      `select replace(file, '${GROUP}/', '') as file, line, column_name as column, coalesce(value, '') as value, reason
       from ingest.quarantine join ingest.imports using (import_id) order by file, line`,
    );
    expect(found.length).toBeGreaterThan(3);
    expect(found).toEqual(
      truth.quarantine.toSorted((a, b) =>
        a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1,
      ),
    );
  });

  test("lack one column, and hold a few values without a home", async () => {
    expect(await rows(group, "select field, column_name from ingest.missing_columns")).toEqual([
      { field: "resolution_code", column_name: "Type de solution" },
    ]);
    const found = await rows<{ source: string; field: string; value: string; records: number }>(
      group,
      `select split_part(source_id, '-', 1) as source, field, value, records from marts.mart_unmapped
       where audience_id = 'group' order by source desc`,
    );
    expect(found).toEqual(truth.without_a_home.filter(({ records }) => records > 0));
  });

  test.each(SITES.map(({ id }) => id))("give the tickets and stocks of %s", async (id) => {
    const site = truth.sites[id]!;
    const counted = await rows<{ type: string } & Record<string, number>>(
      group,
      `select type, count(*) as tickets, count(*) filter (is_open) as open, count(cancelled_at) as cancelled,
         count(*) filter (reopenings > 0) as reopened
       from marts.fct_tickets where site_id = ? group by type`,
      [id],
    );
    for (const { type, ...counts } of counted) {
      expect(counts, `${id} ${type}`).toEqual({
        tickets: site.tickets[type],
        open: site.open[type],
        cancelled: site.cancelled[type],
        reopened: site.reopened[type],
      });
    }
    expect(counted.length).toBe(Object.keys(site.tickets).length);
    const flow = await rows<{ month: string; type: string; opened: number; backlog: number }>(
      group,
      `select month, type, sum(opened)::integer as opened, sum(backlog_end)::integer as backlog
       from marts.mart_flow_monthly where site_id = ? group by all`,
      [id],
    );
    for (const { month, type, opened, backlog } of flow) {
      expect([month, type, opened], "opened").toEqual([
        month,
        type,
        site.opened_per_month[type]![month],
      ]);
      expect([month, type, backlog], "backlog").toEqual([
        month,
        type,
        site.backlog_per_month[type]![month],
      ]);
    }
    expect(flow.length).toBeGreaterThanOrEqual(24);
  });
});

const listed = (ids: readonly string[]): string => ids.map((id) => `'${id}'`).join(", ");

describe("what was planted", () => {
  test("is ten families, one of them in two languages", () => {
    expect(new Set(truth.families.map(({ id }) => id.slice(0, 3))).size).toBe(10);
  });

  test("has every member of every family as an incident of its service and sites", async () => {
    for (const { id, service, sites, incidents, members } of truth.families) {
      const ids = idsOf(members);
      expect(ids.length, id).toBe(incidents);
      const found = await row<{ n: number; services: string[]; sites: string[] }>(
        group,
        `select count(*) as n, list_sort(list(distinct service)) as services, list_sort(list(distinct site_id)) as sites
         from marts.fct_tickets where type = 'incident' and ticket_id in (${listed(ids)})`,
      );
      expect(found.n, id).toBe(incidents);
      const plain = (list: unknown) => (list as { items?: string[] }).items ?? list;
      expect([plain(found.services), plain(found.sites)], id).toEqual([
        [service],
        sites.toSorted(),
      ]);
    }
  });

  test("spreads catch-alls over many categories", async () => {
    for (const { id, tickets, members } of truth.catch_alls) {
      const found = await row(
        group,
        `select count(*) as tickets, count(distinct category) >= 5 as is_spread from marts.fct_tickets
         where ticket_id in (${listed(idsOf(members))})`,
      );
      expect(found, id).toEqual({ tickets, is_spread: true });
    }
  });

  test("has the wave on the asset of its change, within 72 hours of its end", async () => {
    const { change, asset, ended_at, members } = truth.wave;
    const found = await row(
      group,
      `select asset, strftime(actual_end_at, '%Y-%m-%dT%H:%M:%SZ') as ended_at from ingest.changes where native_id = ?`,
      [change],
    );
    expect(found).toEqual({ asset, ended_at });
    const wave = await row(
      group,
      `select count(distinct native_id) as tickets, bool_and(asset = '${asset}') as is_on_asset,
         bool_and(opened_at between timestamp '${ended_at.slice(0, 19)}' and timestamp '${ended_at.slice(0, 19)}' + interval 72 hours) as is_in_time
       from ingest.tickets where instance || '/' || native_id in (${listed(idsOf(members))})`,
    );
    expect(wave).toEqual({ tickets: idsOf(members).length, is_on_asset: true, is_in_time: true });
  });

  test("has mirrors of Montréal's issues in head office's tool, which count once", async () => {
    const { tickets, pairs } = truth.mirrors;
    expect(tickets).toBe(pairs.length);
    const found = await rows<{ from: string; to: string }>(
      group,
      `select split_part(from_ticket_id, '/', 2) as "from", split_part(to_ticket_id, '/', 2) as "to"
       from staging.stg_links where kind = 'mirror'`,
    );
    const byFrom = (a: { from: string }, b: { from: string }) => (a.from < b.from ? -1 : 1);
    expect(found.toSorted(byFrom)).toEqual(pairs.toSorted(byFrom));
    const counted = await row(
      group,
      `select count(*) filter (instance = 'lumen-france' and number in (${listed(pairs.map(({ from }) => from))})) as mirrors,
         count(*) filter (instance = 'lumen-ameriques' and native_id in (${listed(pairs.map(({ to }) => to))})) as mirrored
       from marts.fct_tickets`,
    );
    expect(counted).toEqual({ mirrors: 0, mirrored: new Set(pairs.map(({ to }) => to)).size });
  });

  test("stops after one problem's closure and goes on after the other's", async () => {
    const last = async (family: string) => {
      const { members } = truth.families.find(({ id }) => id === family)!;
      const ids = listed(idsOf(members));
      const { at } = await row<{ at: string }>(
        group,
        `select strftime(max(opened_at), '%Y-%m-%d') as at from marts.fct_tickets where ticket_id in (${ids})`,
      );
      return at;
    };
    expect((await last("F09")) <= truth.problems["fixed"]!.closed_on).toBe(true);
    expect((await last("F10")) > truth.problems["unfixed"]!.closed_on).toBe(true);
    const closed = await rows<{ number: string; at: string }>(
      group,
      "select number, strftime(closed_at, '%Y-%m-%d') as at from marts.fct_tickets where type = 'problem'",
    );
    for (const { problem, closed_on } of Object.values(truth.problems))
      expect(closed.find(({ number }) => number === problem)?.at).toBe(closed_on);
  });

  test("stops GLPI's tickets three days before the others'", async () => {
    const last = await rows<{ source: string; day: string }>(
      group,
      `select split_part(source_id, '-', 1) as source, max(strftime(opened_at, '%Y-%m-%d')) as day
       from marts.fct_tickets group by 1`,
    );
    const dayOf = (source: string) => last.find((each) => each.source === source)!.day;
    expect(dayOf("glpi") <= "2026-10-28").toBe(true);
    expect(dayOf("servicenow") >= "2026-10-30").toBe(true);
  });
});

describe("what was planted among changes, assets and licences", () => {
  test("is the one change followed by too many incidents, and no other is pointed out", async () => {
    const flagged = await rows(
      group,
      "select number, incidents_after, linked from marts.mart_changes_after where is_flagged",
    );
    const members = Object.values(truth.wave.members).flat();
    expect(flagged).toEqual([
      { number: truth.wave.change, incidents_after: members.length, linked: 3 },
    ]);
  });

  test("is an overused, an idle and an unknown licence", async () => {
    for (const { product, what, entitled, used, idle } of truth.licences) {
      const [found] = await rows(
        group,
        `select entitled, used, overuse, idle_90_days, reason from marts.mart_licences where product = '${product}'`,
      );
      expect(found).toEqual(
        what === "use unknown"
          ? { entitled, used: null, overuse: null, idle_90_days: null, reason: "unknown_metric" }
          : {
              entitled,
              used,
              overuse: Math.max(used - entitled, 0),
              idle_90_days: idle,
              reason: "",
            },
      );
    }
    const overused = await rows(group, "select product from marts.mart_licences where overuse > 0");
    expect(overused).toEqual([
      { product: truth.licences.find(({ what }) => what === "overused")!.product },
    ]);
  });

  test("is a model that fails more than the others of its kind, and no other does", async () => {
    const outliers = await rows(
      group,
      "select model from marts.mart_asset_failures where audience_id = 'group' and is_outlier",
    );
    const planted = truth.families.find(({ model }) => model)!;
    expect(outliers).toEqual([{ model: planted.model }]);
  });

  test("is two bursts, each of the family of its own tickets, and no other", async () => {
    const found = await rows<{ service: string; key_words: string }>(
      group,
      `select service, key_words from marts.mart_family_bursts join marts.mart_families using (audience_id, family_id)
       where audience_id = 'group' and is_burst order by service`,
    );
    const planted = truth.families.filter(({ rhythm }) => rhythm === "burst");
    expect(found.map(({ service }) => service)).toEqual(
      planted.map(({ service }) => service).toSorted(),
    );
    for (const { service, key_words: words } of planted) {
      const own = found.find((each) => each.service === service)!.key_words;
      expect(words.filter((word) => own.includes(word)).length).toBeGreaterThan(1);
    }
  });

  test("is a family that went after its problem's closure and one that stayed; of this few neither is said", async () => {
    const found = await rows<{ problem: string; after: number; word: string }>(
      group,
      `select problem, after, word from intermediate.int_family_fixes join intermediate.int_fix_verdicts using (audience_id, family_id, problem)
       where audience_id = 'group' order by linked_incidents`,
    );
    const fixOf = (name: string) =>
      found.findLast(({ problem }) => problem === truth.problems[name]!.problem)!;
    expect(fixOf("fixed")).toMatchObject({ after: 0, word: "inconclusive" });
    expect(fixOf("unfixed").after).toBeGreaterThan(0);
    expect(fixOf("unfixed").word).toBe("inconclusive");
  });

  test("is the two problems from the day each was opened, solved in the week before it was closed, nameless", async () => {
    const found = await rows<{ opened: string; ended: string; number: string }>(
      group,
      "select opened_date as opened, ended_date as ended, number from marts.mart_problems where audience_id = 'group'",
    );
    expect(found.filter(({ number }) => number !== "")).toEqual([]);
    for (const { opened_on: opened, closed_on: closed } of Object.values(truth.problems)) {
      const days = found
        .filter((problem) => problem.opened === opened)
        .map(({ ended }) => (Date.parse(closed) - Date.parse(ended)) / 86_400_000);
      expect(days.some((each) => each >= 0 && each <= 7)).toBe(true);
    }
  });
});
