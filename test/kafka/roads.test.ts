import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kafkaFeed } from "../../connectors/kafka.ts";
import { rows } from "../../ingest/query.ts";
import { streamSource } from "../../ingest/stream.ts";
import { loadTopic } from "../../ingest/stream-topic.ts";
import { openWarehouse, type Warehouse } from "../../ingest/warehouse.ts";
import { configIn, ingestAll, temporaryFolder, transformAll } from "../project.ts";
import { describeKafka, useCluster } from "./cluster.ts";

const MAPPING =
  "{record: ticket, rows: history, fields: {native_id: id, opened_at: opened, updated_at: updated, status: state, title: title}}";

const HEADER = "id,opened,updated,state,title";
/** Before and after the moment at which the export was made and the topic began; both tell of what lies between. */
const HISTORY = [
  "A,2026-01-05T08:00:00Z,2026-01-05T08:00:00Z,new,a",
  "B,2026-01-05T09:00:00Z,2026-01-05T09:00:00Z,new,b",
  "C,2026-01-05T09:30:00Z,2026-01-05T09:30:00Z,new,c",
];
const OVERLAP = [
  "A,2026-01-05T08:00:00Z,2026-01-06T10:00:00Z,in_progress,a",
  "B,2026-01-05T09:00:00Z,2026-01-06T11:00:00Z,on_hold,b",
];
const LIVE = [
  "A,2026-01-05T08:00:00Z,2026-01-07T10:00:00Z,resolved,a",
  "B,2026-01-05T09:00:00Z,2026-01-07T11:00:00Z,in_progress,b",
  "D,2026-01-07T12:00:00Z,2026-01-07T12:00:00Z,new,d",
];

describeKafka("one ticket by two roads", () => {
  const cluster = useCluster();

  const message = (line: string) => {
    const [id = "", opened, updated, state, title] = line.split(",");
    return { key: id, value: JSON.stringify({ id, opened, updated, state, title }) };
  };

  async function stream(warehouse: Warehouse, topic: string, mapping: string) {
    const settings = { topic, mapping, record: null, format: "json", encoding: "json" } as const;
    await streamSource(warehouse.connection, {
      source: { id: "live", instance: "desk", zone: "UTC" },
      topics: [await loadTopic({ ...settings, table: null, key: "id" }, "updated_at")],
      feed: kafkaFeed({
        brokers: [cluster.address],
        topics: [topic],
        group: `vigie-${topic}`,
        tls: null,
        sasl: null,
        sessionTimeoutMs: 6000,
      }),
      keepsPeople: false,
      lingerMs: 50,
      maxRejects: 0,
      untilCaughtUp: true,
      signal: new AbortController().signal,
      now: Date.now,
      onEvent: () => {},
    });
  }

  /** The figures of a project with an export and with a topic, each told of by some lines, in the given order. */
  async function figures(
    topic: string,
    {
      file,
      sent,
      isTopicFirst = false,
    }: { file: string[]; sent: string[]; isTopicFirst?: boolean },
    tombstones: string[] = [],
  ) {
    await using folder = await temporaryFolder();
    const mapping = join(folder.path, "tickets.yaml");
    await writeFile(mapping, MAPPING);
    await writeFile(join(folder.path, "export.csv"), `${[HEADER, ...file].join("\n")}\n`);
    await writeFile(
      join(folder.path, "vigie.yaml"),
      `
vigie: 1
organisation:
  name: Lumen
  reporting_zone: UTC
  entities: [{ id: lumen, kind: group, name: Lumen }, { id: paris, kind: site, parent: lumen, name: Paris, zone: UTC }]
storage: .
sources:
  - { id: desk, tool: Tool, instance: desk, zone: UTC, site: paris, data_through: 2026-01-31T23:00:00Z, inputs: [{ path: export.csv, mapping: tickets.yaml }] }
  - id: live
    tool: Tool
    instance: desk
    zone: UTC
    site: paris
    data_through: 2026-01-31T23:00:00Z
    kafka: { brokers: ["${cluster.address}"], topics: [{ topic: ${topic}, mapping: tickets.yaml }] }
`,
    );
    const config = await configIn(join(folder.path, "vigie.yaml"), folder.path);
    using warehouse = await openWarehouse(config.storage.warehouse);
    await cluster.create(topic);
    await cluster.send(topic, sent.map(message));
    for (const key of tombstones) await cluster.send(topic, [{ key, value: null }]);
    if (isTopicFirst) await stream(warehouse, topic, mapping);
    await ingestAll(warehouse, config, { receivedAt: "2026-11-20 08:00:00" });
    if (!isTopicFirst) await stream(warehouse, topic, mapping);
    await transformAll(warehouse, config);
    const { connection } = warehouse;
    const read = async (sql: string) =>
      (await rows(connection, sql)).map((found) => Object.values(found).join(" "));
    return {
      states: await read(
        `select distinct native_id, states.status, started_second - opened_second as since from intermediate.int_ticket_states as states
         join intermediate.int_tickets using (ticket_key) order by native_id, since`,
      ),
      tickets: await read(
        "select native_id, is_open, resolved_at::varchar as resolved, resolved_basis from marts.fct_tickets order by 1",
      ),
      gone: await read(
        "select native_id from ingest.current_tickets where is_gone order by native_id",
      ),
    };
  }

  test("has the history of one that came by one, whichever came first and wherever they overlap", async () => {
    const whole = await figures("nothing", { file: [...HISTORY, ...OVERLAP, ...LIVE], sent: [] });
    expect(whole.states).toHaveLength(8);
    const roads = { file: [...HISTORY, ...OVERLAP], sent: [...OVERLAP, ...LIVE] };
    expect(await figures("after", roads)).toEqual(whole);
    expect(await figures("before", { ...roads, isTopicFirst: true })).toEqual(whole);
    if (process.env["VIGIE_LONG"] !== "1") return;
    const alone = { file: HISTORY.slice(0, 1), sent: [...HISTORY, ...OVERLAP, ...LIVE] };
    expect(await figures("alone", alone)).toEqual(whole);
  });

  test("is gone from the backlog once the topic says so", async () => {
    const roads = { file: [...HISTORY, ...OVERLAP], sent: [...OVERLAP, ...LIVE] };
    const { tickets, gone } = await figures("deleted", roads, ["B", "C"]);
    expect(gone).toEqual(["B", "C"]);
    expect(tickets).toEqual([
      "A false 2026-01-07 10:00:00 history",
      "B false  unseen",
      "C false  unseen",
      "D true  ",
    ]);
  });
});
