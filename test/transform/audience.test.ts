import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import type { Warehouse } from "../../ingest/warehouse.ts";
import { temporaryFolder, transformFiles } from "../project.ts";

const CONFIG = `
vigie: 1
organisation:
  name: Audiences
  reporting_zone: UTC
  entities:
    - { id: g, kind: group, name: G }
    - { id: paris, kind: site, parent: g, name: Paris, zone: UTC }
    - { id: lyon, kind: site, parent: g, name: Lyon, zone: UTC }
sources:
  - id: s
    tool: T
    zone: UTC
    data_through: 2026-04-01T00:00:00Z
    inputs: [{ path: tickets.csv, mapping: tickets.yaml }]
audiences:
  - { id: desk, name: Desk, entities: [g], ticket_access: true }
  - { id: board, name: Board, entities: [g], ticket_access: false }
  - { id: lyon, name: Lyon, entities: [lyon], ticket_access: true }
`;

interface Line {
  type: string;
  site: string;
  title: string;
  requester: string;
  population: string;
  problem?: string;
  status?: string;
}

const incident = (title: string, requester: string, more: Partial<Line> = {}): Line => ({
  type: "incident",
  site: "paris",
  title,
  requester,
  population: "office",
  ...more,
});

/** Zorglub is a name: one person writes it, four times. Martin is one that everybody writes. */
const LINES: Line[] = [
  ...[1, 2, 3, 4].map((i) =>
    incident("Outlook figé chez zorglub", "p1", { problem: i < 3 ? "PRB1" : "PRB2" }),
  ),
  ...[1, 2, 3, 4].map((i) => incident("Scanner de Martin bloqué", `p${i}`, { site: "lyon" })),
  // Populations of Paris: office 4 tickets of one person, shop 3 of three, ward 3 of three, school 3 of three.
  ...["shop", "ward", "school"].flatMap((population) =>
    ["a", "b", "c"].map((who) =>
      incident("Badge refusé au portique", `${population}-${who}`, { population }),
    ),
  ),
  {
    type: "problem",
    site: "paris",
    title: "Outlook",
    requester: "p9",
    population: "",
    status: "closed",
  },
  {
    type: "problem",
    site: "paris",
    title: "Portique",
    requester: "p9",
    population: "",
    status: "in_progress",
  },
];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let warehouse: Warehouse;
beforeAll(async () => {
  folder = await temporaryFolder();
  let problems = 0;
  const lines = LINES.map(
    ({ type, site, title, requester, population, problem, status }, index) => {
      if (type === "problem") problems += 1;
      const opened = `2026-03-${String(1 + index).padStart(2, "0")} 09:00:00`;
      return [
        `id${index}`,
        type === "problem" ? `PRB${problems}` : `INC${index}`,
        type,
        site,
        title,
        requester,
        population,
        type === "incident" ? `PC-${site}` : "",
        problem ?? "",
        status ?? "closed",
        opened,
      ].join(",");
    },
  );
  warehouse = await transformFiles(
    {
      "vigie.yaml": CONFIG,
      "tickets.yaml": `record: ticket
fields: { native_id: id, number: number, type: type, site: site, title: title, requester: requester, requester_population: population, asset: asset, problem: problem, status: status, opened_at: opened, closed_at: opened }
`,
      "tickets.csv": [
        "id,number,type,site,title,requester,population,asset,problem,status,opened",
        ...lines,
        "",
      ].join("\n"),
    },
    folder.path,
  );
});
afterAll(async () => {
  warehouse?.[Symbol.dispose]();
  await folder?.[Symbol.asyncDispose]();
});

const ask = (sql: string) => rows(warehouse.connection, sql);

describe("an audience without access to tickets", () => {
  test("reads no word that fewer than three people wrote, nor a family name", async () => {
    const labels = await ask(
      "select label, key_words from marts.mart_families where audience_id = 'board' order by tickets desc, label",
    );
    expect(labels).toEqual([
      { label: "Badge refusé au portique", key_words: "badge portique refuse" },
      { label: "Scanner de … bloqué", key_words: "bloque scanner" },
      { label: "…", key_words: "" },
    ]);
  });

  test("counts the problems of a family and is not told their numbers", async () => {
    const found = await ask(
      `select audience_id, problems, problems_open, problem_list from marts.mart_families
       where problems > 0 order by audience_id`,
    );
    expect(found).toEqual([
      { audience_id: "board", problems: 2, problems_open: 1, problem_list: "" },
      {
        audience_id: "desk",
        problems: 2,
        problems_open: 1,
        problem_list: "PRB1 closed, PRB2 in_progress",
      },
    ]);
  });

  test("counts the assets of a family and is not told which they are", async () => {
    const found = await ask(
      `select audience_id, any_value(families.assets) as counted, count(distinct assets.asset_id) as named
       from marts.mart_families as families
       left join marts.mart_family_assets as assets using (audience_id, family_id)
       where families.assets > 0 group by all order by all`,
    );
    expect(found).toEqual([
      { audience_id: "board", counted: 1, named: 0 },
      { audience_id: "desk", counted: 1, named: 2 },
      { audience_id: "lyon", counted: 1, named: 1 },
    ]);
  });

  test("sees populations of fewer than three people together with another, the total unchanged", async () => {
    const of = (audience: string) =>
      ask(
        `select site_id, value, sum(opened)::integer as opened from marts.mart_demand_monthly
         where audience_id = '${audience}' and dimension = 'population' group by all order by all`,
      );
    expect(await of("desk")).toEqual([
      { site_id: "lyon", value: "office", opened: 4 },
      { site_id: "paris", value: "office", opened: 4 },
      { site_id: "paris", value: "school", opened: 3 },
      { site_id: "paris", value: "shop", opened: 3 },
      { site_id: "paris", value: "ward", opened: 3 },
    ]);
    // The four tickets of one person, and those of the next value by name.
    expect(await of("board")).toEqual([
      { site_id: "lyon", value: "office", opened: 4 },
      { site_id: "paris", value: "*", opened: 7 },
      { site_id: "paris", value: "shop", opened: 3 },
      { site_id: "paris", value: "ward", opened: 3 },
    ]);
    const differing = await ask(
      `select audience_id, month, site_id, type, origin from (
         select audience_id, month, site_id, type, origin, dimension, sum(opened) as opened
         from marts.mart_demand_monthly where dimension in ('all', 'population') group by all
       ) group by all having count(distinct opened) > 1`,
    );
    expect(differing).toEqual([]);
  });
});

test("the ledger of families holds no word of a title", async () => {
  const ledger = await readFile(join(folder.path, "state", "families.csv"), "utf8");
  expect(ledger).toMatch(/F-[0-9a-f]{10};found/);
  expect(ledger).not.toMatch(/zorglub|outlook|scanner|badge/i);
});
