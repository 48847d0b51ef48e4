import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { row, rows } from "../../ingest/query.ts";
import type { Warehouse } from "../../ingest/warehouse.ts";
import { poissonInterval } from "../../transform/poisson.ts";
import { temporaryFolder, transformFiles } from "../project.ts";
import { readWarehouse } from "../warehouse.ts";

const CONFIG = `
vigie: 1
organisation:
  name: Demand
  reporting_zone: Europe/Paris
  entities:
    - { id: g, kind: group, name: G }
    - { id: south, kind: subsidiary, parent: g, name: South }
    - { id: lyon, kind: site, parent: south, name: Lyon, zone: Europe/Paris, holidays: { country: FR } }
    - { id: pune, kind: site, parent: g, name: Pune, zone: Asia/Kolkata }
    - { id: nice, kind: site, parent: south, name: Nice, zone: Europe/Paris, holidays: { country: FR } }
services: [{ id: mail, name: Mail }]
sources:
  - id: s
    tool: T
    zone: Europe/Paris
    data_through: 2026-04-30T12:29:59Z
    inputs: [{ path: tickets.csv, mapping: tickets.yaml }, { path: links.csv, mapping: links.yaml }]
  - id: counts
    tool: T
    zone: UTC
    inputs: [{ path: heads-1.csv, mapping: heads.yaml }, { path: heads-2.csv, mapping: heads.yaml }]
calendars:
  - { id: office, zone: site, holidays: site, hours: { mon-fri: ["09:00-17:00"] } }
audiences:
  - { id: all, name: All, entities: [g], languages: [en] }
  - { id: south, name: South, entities: [south], languages: [en] }
`;

/** id, local opening in Paris, site, type, channel, service, catalogue item, population, duplicate of. */
const TICKETS = [
  // Monday 6 April 2026 is Easter Monday in France and an ordinary day in Pune.
  ["A1", "2026-04-06T10:15:00", "lyon", "incident", "phone", "Mail", "", "vip", ""],
  ["A2", "2026-04-06T10:15:00", "pune", "incident", "phone", "Mail", "", "", ""],
  // 18:30 in Paris is 22:00 in Pune; from 20:30 on it is the next day there.
  ["A3", "2026-04-08T18:30:00", "pune", "request", "email", "Mail", "Laptop", "", ""],
  ["A4", "2026-04-08T20:30:00", "pune", "request", "email", "Fax", "Laptop", "", ""],
  // Monitoring is automatic; a duplicate of a counted ticket is a duplicate, whatever its channel.
  ["B1", "2026-04-09T09:00:00", "lyon", "incident", "monitoring", "Mail", "", "", ""],
  ["B2", "2026-04-09T09:05:00", "lyon", "incident", "monitoring", "Mail", "", "", "B1"],
  ["B3", "2026-04-09T09:10:00", "lyon", "incident", "phone", "Mail", "", "", ""],
  // Two that name each other: the first opened stays. One that repeats nothing known stays too.
  ["C1", "2026-04-10T09:00:00", "lyon", "incident", "phone", "Mail", "", "", "C2"],
  ["C2", "2026-04-10T09:01:00", "lyon", "incident", "phone", "Mail", "", "", "C1"],
  ["C3", "2026-04-10T09:02:00", "lyon", "incident", "phone", "Mail", "", "", "gone"],
  ["P1", "2026-04-10T09:02:00", "lyon", "problem", "phone", "Mail", "", "", ""],
  // Sunday 29 March 2026: Paris goes from 02:00 to 03:00.
  ["D1", "2026-03-29T03:10:00", "nice", "incident", "phone", "Mail", "", "", ""],
  ["D2", "2026-03-02T08:00:00", "nice", "incident", "phone", "Mail", "", "", ""],
  // The first ticket of the source: 2 March at 07:00 in Paris.
  ["E0", "2026-03-02T07:00:00", "lyon", "incident", "phone", "Mail", "", "", ""],
  ...Array.from({ length: 12 }, (_, index) => [
    `F${index}`,
    `2026-03-10T${String(8 + index).padStart(2, "0")}:00:00`,
    "pune",
    "incident",
    "chat",
    "Mail",
    "",
    "",
    "",
  ]),
];

const FILES = {
  "vigie.yaml": CONFIG,
  "tickets.yaml": `record: ticket
fields: { native_id: id, opened_at: opened, site: site, type: type, channel: channel, service: service,
  catalogue_item: item, requester_population: population, duplicate_of: duplicate }
`,
  "tickets.csv": `id,opened,site,type,channel,service,item,population,duplicate\n${TICKETS.map((cells) => cells.join(",")).join("\n")}\n`,
  "links.yaml": "record: link\nfields: { from_id: from, to_id: to, kind: kind }\n",
  "links.csv": "from,to,kind\nB3,B1,duplicate\n",
  "heads.yaml":
    "record: headcount\nfields: { entity: entity, month: month, users: users, agents: agents }\n",
  // Nice has no users; the second file corrects Pune and speaks of an entity that nobody knows.
  "heads-1.csv":
    "entity,month,users,agents\nPune,2026-03,999,2\nlyon,2026-03,50,\nlyon,2026-04,0,3\ng,2026-04,,8.5\n",
  "heads-2.csv": "entity,month,users,agents\npune,2026-03,340,2\nAtlantis,2026-03,7,1\n",
};

let warehouse: Warehouse;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const ask = (sql: string) => rows(warehouse.connection, sql);

beforeAll(async () => {
  folder = await temporaryFolder();
  warehouse = await transformFiles(FILES, folder.path);
});
afterAll(async () => {
  warehouse?.[Symbol.dispose]();
  await folder?.[Symbol.asyncDispose]();
});

describe("the origin of a ticket", () => {
  test("is a duplicate where it repeats a counted one, automatic where monitoring opened it, else people", async () => {
    const found = await ask(
      "select native_id, origin from marts.fct_tickets where native_id similar to '[BC].' order by 1",
    );
    expect(found.map((each) => Object.values(each).join(" "))).toEqual([
      "B1 automatic",
      "B2 duplicate",
      "B3 duplicate",
      "C1 people",
      "C2 duplicate",
      "C3 people",
    ]);
  });
});

describe("demand by month", () => {
  test("counts each ticket once in each dimension, problems in none, items of requests only", async () => {
    const found = await ask(
      `select dimension, type, sum(opened)::integer as opened from marts.mart_demand_monthly
       where month = '2026-04' and audience_id = 'all' group by all order by all`,
    );
    const expected = ["all", "assignment_group", "catalogue_item", "category", "channel", "service"]
      .flatMap((dimension) => [
        { dimension, type: "incident", opened: 8 },
        { dimension, type: "request", opened: 2 },
      ])
      .filter(({ dimension, type }) => dimension !== "catalogue_item" || type === "request")
      // The source has no category: what needs it is withheld, and nothing else. One population of 27 is too few.
      .filter(({ dimension }) => dimension !== "category");
    expect(found).toEqual(expected);
    expect(
      await ask(
        "select metric_id, reason from marts.mart_fitness where is_withheld and audience_id = 'all' and metric_id like 'demand%' order by 1",
      ),
    ).toEqual([
      { metric_id: "demand_category", reason: "missing_field" },
      { metric_id: "demand_population", reason: "below_threshold" },
    ]);
  });
});

describe("the hours", () => {
  test("are the site's own, and its closures stand apart", async () => {
    const found = await ask(
      `select site_id, weekday, hour, is_closed, opened from marts.mart_demand_hours
       where month = '2026-04' and origin = 'people' and site_id <> 'lyon' or is_closed order by all`,
    );
    expect(found).toEqual([
      { site_id: "lyon", weekday: 1, hour: 10, is_closed: true, opened: 1 },
      { site_id: "pune", weekday: 1, hour: 13, is_closed: false, opened: 1 },
      { site_id: "pune", weekday: 3, hour: 22, is_closed: false, opened: 1 },
      { site_id: "pune", weekday: 4, hour: 0, is_closed: false, opened: 1 },
    ]);
  });

  test("are counted over the slots that occurred, holidays apart, from the first ticket to where the data reaches", async () => {
    const slots = async (site: string, month: string, weekday: number, hour: number) =>
      Object.fromEntries(
        (
          await ask(
            `select is_closed, slots from marts.mart_demand_slots
             where site_id = '${site}' and month = '${month}' and weekday = ${weekday} and hour = ${hour}`,
          )
        ).map(({ is_closed, slots: count }) => [is_closed ? "closed" : "open", count]),
      );
    // Mondays of April 2026: 6 (Easter), 13, 20, 27.
    expect(await slots("lyon", "2026-04", 1, 10)).toEqual({ open: 3, closed: 1 });
    expect(await slots("pune", "2026-04", 1, 10)).toEqual({ open: 4 });
    // Sundays of March 2026: 1 (before the first ticket), 8, 15, 22, 29 (without its hour from 2 to 3).
    expect(await slots("nice", "2026-03", 7, 1)).toEqual({ open: 4 });
    expect(await slots("nice", "2026-03", 7, 2)).toEqual({ open: 3 });
    expect(await slots("pune", "2026-03", 7, 2)).toEqual({ open: 4 });
    // Mondays 2, 9, 16, 23, 30: the data begin on the 2nd at 07:00.
    expect(await slots("nice", "2026-03", 1, 6)).toEqual({ open: 4 });
    expect(await slots("nice", "2026-03", 1, 7)).toEqual({ open: 5 });
    // Thursday 30 April: the data end at 14:30 in Paris and 18:00 in Pune. Thursdays 2, 9, 16, 23, 30.
    expect(await slots("nice", "2026-04", 4, 13)).toEqual({ open: 5 });
    expect(await slots("nice", "2026-04", 4, 14)).toEqual({ open: 4 });
    expect(await slots("pune", "2026-04", 4, 17)).toEqual({ open: 5 });
    expect(await slots("pune", "2026-04", 4, 18)).toEqual({ open: 4 });
  });

  test("hold every ticket of the demand, in the sample and in the log", async () => {
    for (const project of [inject("sample"), inject("log")]) {
      const connection = await readWarehouse(project);
      const cut = "month, site_id, type, origin, sum(opened)::integer as opened";
      const broken = await rows(
        connection,
        `(select ${cut} from marts.mart_demand_hours group by all)
         except (select ${cut} from marts.mart_demand_monthly where dimension = 'all' and audience_id in ('all', 'group') group by all)`,
      );
      expect(broken).toEqual([]);
      const { n } = await row(
        connection,
        `select (select sum(opened) from marts.mart_demand_hours) - (select count(*) from marts.fct_tickets where type <> 'problem') as n`,
      );
      expect(Number(n)).toBe(0);
    }
  });

  test("that a clock change doubles are one slot", async () => {
    // Sundays of October 2025: 5, 12, 19, 26; on the 26th the hour from 2 to 3 came twice in Paris.
    const found = await rows(
      await readWarehouse(inject("sample")),
      "select hour, slots from marts.mart_demand_slots where site_id = 'paris' and month = '2025-10' and weekday = 7 and hour < 4 order by 1",
    );
    expect(found).toEqual([0, 1, 2, 3].map((hour) => ({ hour, slots: 4 })));
  });

  test("never hold a ticket in a slot that did not occur", async () => {
    for (const project of [inject("sample"), inject("log")]) {
      const missing = await rows(
        await readWarehouse(project),
        `select month, site_id, weekday, hour, is_closed from marts.mart_demand_hours
         join (select month from marts.mart_months) using (month)
         except select month, site_id, weekday, hour, is_closed from marts.mart_demand_slots`,
      );
      expect(missing).toEqual([]);
    }
  });
});

describe("the rate per 100 users", () => {
  const rateOf = async (audience: string, month: string, entity: string, type = "*") =>
    (
      await ask(
        `select opened, users, round(rate, 2) as rate, round(low, 2) as low, round(high, 2) as high, sites, sites_left_out, opened_left_out
         from marts.mart_demand_rates where audience_id = '${audience}' and month = '${month}' and entity_id = '${entity}' and type = '${type}'`,
      )
    )[0];

  test("of 12 tickets and 340 users is between 1.82 and 6.17 by Byar (STAT-BYAR)", async () => {
    expect(await rateOf("all", "2026-03", "pune", "incident")).toEqual({
      opened: 12,
      users: 340,
      rate: 3.53,
      low: 1.82,
      high: 6.17,
      sites: 1,
      sites_left_out: 0,
      opened_left_out: 0,
    });
  });

  test("of few tickets has the exact Poisson interval", async () => {
    // One ticket: 0.0253 to 5.5716 (tables of Garwood), of 50 users. None: 0 to 3.6889.
    expect(await rateOf("all", "2026-03", "lyon")).toMatchObject({
      opened: 1,
      users: 50,
      rate: 2,
      low: 0.05,
      high: 11.14,
    });
    expect(await rateOf("all", "2026-03", "lyon", "request")).toMatchObject({
      rate: 0,
      low: 0,
      high: 7.38,
    });
  });

  test("leaves the sites without a headcount out of both sides, and says so", async () => {
    const group = { opened: 13, users: 390, sites: 2, sites_left_out: 1, opened_left_out: 2 };
    expect(await rateOf("all", "2026-03", "*")).toMatchObject(group);
    expect(await rateOf("all", "2026-03", "g")).toMatchObject(group);
    expect(await rateOf("south", "2026-03", "*")).toMatchObject({
      opened: 1,
      users: 50,
      sites: 1,
      sites_left_out: 1,
      opened_left_out: 2,
    });
  });

  test("does not exist without a denominator", async () => {
    expect(await rateOf("all", "2026-03", "nice")).toBeUndefined();
    expect(await rateOf("all", "2026-04", "lyon")).toBeUndefined();
    expect(await rateOf("all", "2026-04", "*")).toBeUndefined();
    expect(await rateOf("south", "2026-03", "pune")).toBeUndefined();
  });

  test("names the entity of a headcount that has no home", async () => {
    expect(
      await ask(
        "select field, value from marts.mart_unmapped where audience_id = 'all' and source_id = 'counts'",
      ),
    ).toEqual([{ field: "entity", value: "Atlantis" }]);
  });

  test("has the exact interval where the tails are 2.5 %", () => {
    const atMost = (count: number, mean: number) => {
      let [term, sum] = [Math.exp(-mean), Math.exp(-mean)];
      for (let each = 1; each <= count; each += 1) sum += term *= mean / each;
      return sum;
    };
    for (let count = 0; count < 10; count += 1) {
      const { low, high } = poissonInterval(count);
      expect(atMost(count, high)).toBeCloseTo(0.025, 10);
      if (count > 0) expect(1 - atMost(count - 1, low)).toBeCloseTo(0.025, 10);
    }
  });
});

describe("tickets per agent", () => {
  test("count automatic tickets, not duplicates, for three agents or more; the upper headcount of a branch holds", async () => {
    const found = await ask(
      `select audience_id, month, entity_id, opened, agents, round(per_agent, 2) as per_agent, sites from marts.mart_demand_agents order by all`,
    );
    expect(found).toEqual([
      {
        audience_id: "all",
        month: "2026-04",
        entity_id: "*",
        opened: 7,
        agents: 8.5,
        per_agent: 0.82,
        sites: 3,
      },
      {
        audience_id: "all",
        month: "2026-04",
        entity_id: "g",
        opened: 7,
        agents: 8.5,
        per_agent: 0.82,
        sites: 3,
      },
      {
        audience_id: "all",
        month: "2026-04",
        entity_id: "lyon",
        opened: 4,
        agents: 3,
        per_agent: 1.33,
        sites: 1,
      },
      {
        audience_id: "all",
        month: "2026-04",
        entity_id: "south",
        opened: 4,
        agents: 3,
        per_agent: 1.33,
        sites: 1,
      },
      {
        audience_id: "south",
        month: "2026-04",
        entity_id: "*",
        opened: 4,
        agents: 3,
        per_agent: 1.33,
        sites: 1,
      },
      {
        audience_id: "south",
        month: "2026-04",
        entity_id: "lyon",
        opened: 4,
        agents: 3,
        per_agent: 1.33,
        sites: 1,
      },
      {
        audience_id: "south",
        month: "2026-04",
        entity_id: "south",
        opened: 4,
        agents: 3,
        per_agent: 1.33,
        sites: 1,
      },
    ]);
  });
});

describe("a month", () => {
  test("is complete by the sources that have tickets; one of headcounts has none to complete", async () => {
    expect(
      await ask(
        "select month, sources_total, is_complete from marts.mart_months where audience_id = 'all' order by 1",
      ),
    ).toEqual([
      { month: "2026-03", sources_total: 1, is_complete: true },
      { month: "2026-04", sources_total: 1, is_complete: false },
    ]);
  });
});
