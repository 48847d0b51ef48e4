import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import avro from "avsc";
import type { Message } from "kafkajs";
import { expect, onTestFinished, test } from "vitest";
import { kafkaFeed } from "../../connectors/kafka.ts";
import { SchemaRegistry } from "../../connectors/schema-registry.ts";
import { rows } from "../../ingest/query.ts";
import { streamSource } from "../../ingest/stream.ts";
import type { TopicSettings } from "../../ingest/stream-config.ts";
import { forgetTopic, skipTo } from "../../ingest/stream-positions.ts";
import { loadTopic } from "../../ingest/stream-topic.ts";
import { openWarehouse, type Warehouse } from "../../ingest/warehouse.ts";
import { temporaryFolder } from "../project.ts";
import { describeKafka, useCluster } from "./cluster.ts";

describeKafka("a stream", () => {
  const cluster = useCluster();

  async function openTemporary(): Promise<Warehouse> {
    const folder = await temporaryFolder();
    const warehouse = await openWarehouse(join(folder.path, "warehouse.duckdb"));
    onTestFinished(async () => {
      warehouse[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    });
    return warehouse;
  }

  const settingsOf = (settings: Partial<TopicSettings> & { topic: string }): TopicSettings => ({
    mapping: null,
    record: settings.mapping ? null : "ticket",
    format: "json",
    encoding: "json",
    table: null,
    key: null,
    ...settings,
  });

  async function catchUp(
    warehouse: Warehouse,
    settings: Partial<TopicSettings> & { topic: string },
    more: {
      maxRejects?: number;
      order?: "updated_at" | "source_position";
      said?: string[];
      registry?: SchemaRegistry;
    } = {},
  ) {
    const topic = await loadTopic(settingsOf(settings), more.order ?? "updated_at");
    return streamSource(warehouse.connection, {
      source: { id: "live", instance: "live", zone: "Europe/Paris" },
      topics: [topic],
      feed: kafkaFeed({
        brokers: [cluster.address],
        topics: [settings.topic],
        group: `vigie-${settings.topic}`,
        tls: null,
        sasl: null,
        sessionTimeoutMs: 6000,
      }),
      registry: more.registry ?? null,
      keepsPeople: false,
      lingerMs: 50,
      maxRejects: more.maxRejects ?? 1000,
      untilCaughtUp: true,
      signal: new AbortController().signal,
      now: Date.now,
      onEvent: (line) => more.said?.push(line),
    });
  }

  const ticket = (id: string, more: Record<string, unknown> = {}): Message => ({
    key: id,
    value: JSON.stringify({
      native_id: id,
      opened_at: "2026-01-05T15:24:00Z",
      updated_at: "2026-01-05T16:00:00Z",
      ...more,
    }),
  });

  test("puts what it cannot take into quarantine with its place, key, reason and bytes, and goes on", async () => {
    const warehouse = await openTemporary();
    await cluster.create("poison");
    const poison: [string, Message][] = [
      ["empty", { key: "a", value: "" }],
      ["invalid_utf8", { key: "b", value: Buffer.from([0x7b, 0xff, 0x7d]) }],
      ["not_json", { key: "c", value: "{'no'}" }],
      ["not_an_object", { key: "d", value: "[1]" }],
      ["unknown_field", ticket("e", { colour: "red" })],
      ["key_mismatch", { ...ticket("f"), key: "another" }],
      ["key_mismatch", { ...ticket("g"), key: '{"native_id":"h"}' }],
      ["bad_field", ticket("i", { opened_at: "0024-02-03T00:00:00Z" })],
      ["bad_field", ticket("j", { updated_at: "9999-12-31T23:59:59Z" })],
      ["bad_field", { key: "k", value: '{"title":"no id"}' }],
    ];
    await cluster.send("poison", [
      ticket("first"),
      ...poison.map(([, message]) => message),
      ticket("last"),
    ]);
    const settings = { topic: "poison", key: "native_id" };
    expect(await catchUp(warehouse, settings)).toMatchObject({
      records: 12,
      inserted: 2,
      quarantined: 10,
    });
    const rejects = await rows<{ bytes: Buffer }>(
      warehouse.connection,
      `select topic, partition_number as partition, message_offset as place, message_key as key, reason, bytes
       from ingest.stream_rejects order by message_offset`,
    );
    expect(rejects.map(({ bytes, ...rest }) => ({ ...rest, bytes: Buffer.from(bytes) }))).toEqual(
      poison.map(([reason, { key, value }], index) => ({
        topic: "poison",
        partition: 0,
        place: index + 1,
        key,
        reason,
        bytes: Buffer.from(value as string | Buffer),
      })),
    );
    const faults = await rows<{ said: string }>(
      warehouse.connection,
      `select concat_ws(' ', line, field, value, reason) as said from ingest.quarantine where field is not null order by line, field`,
    );
    expect(faults.map(({ said }) => said)).toEqual([
      "8 opened_at 0024-02-03T00:00:00Z before_1990",
      "9 updated_at 9999-12-31T23:59:59Z after_receipt",
      "10 native_id missing",
      "10 opened_at missing",
    ]);
    await expect(catchUp(await openTemporary(), settings, { maxRejects: 9 })).rejects.toThrow(
      "stream live: 10 messages refused within an hour; expected at most 9 (max_rejects)",
    );
  });

  test("keeps the same versions whether messages come once, twice, in order or late", async () => {
    const versions = Array.from({ length: 30 }, (_, index) =>
      ticket(`t${index % 5}`, {
        updated_at: `2026-01-06T10:${10 + index}:00Z`,
        status: index % 2 ? "new" : "resolved",
      }),
    );
    const late = versions.toReversed().flatMap((message) => [message, message]);
    const kept = [];
    for (const [topic, messages] of Object.entries({ ordered: versions, late })) {
      const warehouse = await openTemporary();
      await cluster.create(topic, 3);
      await cluster.send(topic, messages);
      await catchUp(warehouse, { topic });
      kept.push(
        await rows(
          warehouse.connection,
          "select native_id, updated_at, status from ingest.tickets order by all",
        ),
      );
    }
    expect(kept[0]).toHaveLength(30);
    expect(kept[1]).toEqual(kept[0]);
  });

  test("takes ServiceNow's flat records with what their headers say", async () => {
    const warehouse = await openTemporary();
    const mapping = join(import.meta.dirname, "servicenow.mapping.yaml");
    await cluster.create("servicenow");
    await cluster.send("servicenow", await fixture("servicenow_stream_producer.jsonl"));
    const headers = { action: "update", table_name: "change_request" };
    await cluster.send("servicenow", [{ key: "x", value: '{"sys_id":"x"}', headers }]);
    const settings = {
      topic: "servicenow",
      mapping,
      format: "servicenow",
      table: "incident",
    } as const;
    expect(await catchUp(warehouse, settings)).toMatchObject({
      records: 3,
      inserted: 2,
      quarantined: 1,
      deletions: 1,
    });
    const found = await rows(
      warehouse.connection,
      "select number, status, source_sequence as version, updated_at::varchar as updated from ingest.tickets order by 3",
    );
    expect(found).toEqual([
      { number: "INC0010001", status: "new", version: 0, updated: "2026-04-15 00:29:38" },
      { number: "INC0010001", status: "resolved", version: 3, updated: "2026-04-15 02:26:39" },
    ]);
    expect(
      await rows(
        warehouse.connection,
        "select native_id, deleted_at::varchar as deleted from ingest.deletions",
      ),
    ).toEqual([{ native_id: "a9e30c7dc61122760116894de7bcc7bd", deleted: "2026-04-15 05:13:20" }]);
    expect(await rows(warehouse.connection, "select reason from ingest.stream_rejects")).toEqual([
      { reason: "unmapped_table" },
    ]);
  });

  test("takes Debezium's envelopes with and without schemas, deletes, tombstones and truncates", async () => {
    const mapping = join(import.meta.dirname, "glpi.mapping.yaml");
    const plain = await fixture("debezium_glpi_tickets.jsonl");
    plain.push({
      key: null,
      value: '{"op":"t","source":{"table":"glpi_tickets","ts_ms":1767700000000}}',
    });
    const wrapped = plain.map(({ key, value }) => ({
      key: key ? `{"schema":{},"payload":${String(key)}}` : null,
      value: value && `{"schema":{},"payload":${String(value)}}`,
    }));
    const kept = [];
    for (const [topic, messages] of Object.entries({ plain, wrapped })) {
      const warehouse = await openTemporary();
      await cluster.create(topic);
      await cluster.send(topic, messages);
      const settings = { topic, mapping, format: "debezium", table: "glpi_tickets" } as const;
      expect(await catchUp(warehouse, settings, { order: "source_position" })).toMatchObject({
        quarantined: 0,
      });
      kept.push([
        await rows(
          warehouse.connection,
          "select native_id, status, source_sequence from ingest.tickets order by 3",
        ),
        await rows(
          warehouse.connection,
          "select native_id, source_sequence is not null as has_position from ingest.deletions",
        ),
      ]);
    }
    expect(kept[0]![0]!.length).toBeGreaterThan(1);
    expect(kept[0]![0]![0]).toEqual({
      native_id: "4083",
      status: "new",
      source_sequence: 3 * 2 ** 32 + 100,
    });
    expect(kept[0]![1]!.at(-1)).toEqual({ native_id: null, has_position: true });
    expect(kept[1]).toEqual(kept[0]);
  });

  test("takes Jira's webhooks by dotted paths", async () => {
    const warehouse = await openTemporary();
    await cluster.create("jira");
    const webhook = (event: string, more: object) => ({
      value: JSON.stringify({ webhookEvent: event, timestamp: 1_767_626_640_000, ...more }),
    });
    const fields = {
      summary: "Imprimante",
      status: { name: "Open" },
      created: "2026-01-05T16:24:00.739+0100",
    };
    const issue = { key: "IT-1", fields };
    await cluster.send("jira", [
      webhook("jira:issue_created", { issue }),
      webhook("jira:version_released", { version: {} }),
      webhook("jira:issue_deleted", { issue }),
    ]);
    const mapping = join(import.meta.dirname, "jira.mapping.yaml");
    expect(await catchUp(warehouse, { topic: "jira", mapping, format: "jira" })).toMatchObject({
      records: 1,
      inserted: 1,
      deletions: 1,
    });
    expect(
      await rows(
        warehouse.connection,
        "select native_id, status, opened_at::varchar as opened, observed_at::varchar as seen from ingest.tickets",
      ),
    ).toEqual([
      {
        native_id: "IT-1",
        status: "new",
        opened: "2026-01-05 15:24:00",
        seen: "2026-01-05 15:24:00",
      },
    ]);
  });

  test("takes CloudEvents in binary and structured mode", async () => {
    const warehouse = await openTemporary();
    await cluster.create("events");
    const data = JSON.parse(String(ticket("c1").value)) as object;
    await cluster.send("events", [
      {
        value: JSON.stringify({
          specversion: "1.0",
          type: "ticket.updated",
          source: "tool",
          id: "1",
          data,
        }),
      },
      {
        ...ticket("c2"),
        headers: {
          ce_specversion: "1.0",
          ce_type: "ticket.updated",
          ce_source: "tool",
          ce_id: "2",
        },
      },
      {
        ...ticket("c2"),
        headers: {
          ce_specversion: "1.0",
          ce_type: "ticket.deleted",
          ce_source: "tool",
          ce_id: "3",
        },
      },
    ]);
    expect(await catchUp(warehouse, { topic: "events", format: "cloudevents" })).toMatchObject({
      inserted: 2,
      deletions: 1,
      quarantined: 0,
    });
  });

  test("takes Avro and JSON by the schemas of a registry, sets an unknown schema aside, and waits for one that is down", async () => {
    const schema = {
      type: "record",
      name: "ticket",
      fields: [
        { name: "native_id", type: "string" },
        { name: "title", type: ["null", "string"], default: null },
        { name: "opened_at", type: { type: "long", logicalType: "timestamp-millis" } },
        { name: "updated_at", type: { type: "long", logicalType: "timestamp-micros" } },
        { name: "reopen_count", type: "long" },
      ],
    } as const;
    const asked: string[] = [];
    let outages = 2;
    const server = createServer((request, answer) => {
      asked.push(`${request.url} ${request.headers.authorization ?? ""}`);
      const known: Record<string, object> = {
        "/schemas/ids/1": { schema: JSON.stringify(schema) },
        "/schemas/ids/2": { schema: '{"type":"object"}', schemaType: "JSON" },
      };
      const found = known[request.url!];
      const status = outages-- > 0 ? 503 : found ? 200 : 404;
      answer.writeHead(status, { "content-type": "application/vnd.schemaregistry.v1+json" });
      answer.end(
        JSON.stringify(
          status === 200 ? found : { error_code: 40_403, message: "Schema not found" },
        ),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const framed = (id: number, bytes: Buffer) => {
      const prefix = Buffer.alloc(5);
      prefix.writeInt32BE(id, 1);
      return Buffer.concat([prefix, bytes]);
    };
    const opened = Date.UTC(2026, 0, 5, 15, 24);
    const type = avro.Type.forSchema(schema as unknown as avro.Schema);
    const encode = (id: string) =>
      type.toBuffer({
        native_id: id,
        title: "Imprimante",
        opened_at: opened,
        updated_at: (opened + 60_000) * 1000,
        reopen_count: 1,
      });
    await cluster.create("framed");
    await cluster.send("framed", [
      { key: "a", value: framed(1, encode("a")) },
      { key: "b", value: framed(2, Buffer.from(String(ticket("b").value))) },
      { key: "c", value: framed(7, encode("c")) },
      { key: "d", value: framed(1, Buffer.from([1, 2])) },
      { key: "e", value: "{}" },
      { key: "f", value: null },
    ]);
    const { port } = server.address() as AddressInfo;
    const registry = new SchemaRegistry({
      url: `http://127.0.0.1:${port}/`,
      username: "vigie",
      password: "right",
    });
    const said: string[] = [];
    const warehouse = await openTemporary();
    const settings = { topic: "framed", encoding: "registry" } as const;
    expect(await catchUp(warehouse, settings, { registry, said })).toMatchObject({
      inserted: 2,
      quarantined: 3,
      deletions: 1,
    });
    expect(said).toContain(`schema registry http://127.0.0.1:${port}/: 503; trying again`);
    const basic = `Basic ${Buffer.from("vigie:right").toString("base64")}`;
    expect(asked).toEqual([1, 1, 1, 2, 7].map((id) => `/schemas/ids/${id} ${basic}`));
    expect(
      await rows(
        warehouse.connection,
        "select native_id, title, opened_at::varchar as opened, updated_at::varchar as updated, reopen_count as reopened from ingest.tickets order by 1",
      ),
    ).toEqual([
      {
        native_id: "a",
        title: "Imprimante",
        opened: "2026-01-05 15:24:00",
        updated: "2026-01-05 15:25:00",
        reopened: 1,
      },
      {
        native_id: "b",
        title: null,
        opened: "2026-01-05 15:24:00",
        updated: "2026-01-05 16:00:00",
        reopened: null,
      },
    ]);
    expect(
      await rows(
        warehouse.connection,
        "select message_key as key, reason from ingest.stream_rejects order by message_offset",
      ),
    ).toEqual([
      { key: "c", reason: "unknown_schema" },
      { key: "d", reason: "undecodable" },
      { key: "e", reason: "undecodable" },
    ]);
  });

  test("records what retention took before it was read, and refuses a topic made anew until told to start over", async () => {
    const warehouse = await openTemporary();
    const { connection } = warehouse;
    await cluster.create("lost");
    const many = (from: number) =>
      Array.from({ length: 10 }, (_, index) => ticket(`n${from + index}`));
    await cluster.send("lost", many(0));
    await catchUp(warehouse, { topic: "lost" });
    await cluster.send("lost", many(10));
    await cluster.send("lost", many(20));
    // kafkajs finds the leader only of topics that it has asked about.
    await cluster.admin.fetchTopicOffsets("lost");
    await cluster.admin.deleteTopicRecords({
      topic: "lost",
      partitions: [{ partition: 0, offset: "17" }],
    });
    const said: string[] = [];
    expect(await catchUp(warehouse, { topic: "lost" }, { said })).toMatchObject({ inserted: 13 });
    expect(said.join()).toContain("offsets 10 to 16 are gone before they were read");
    await cluster.admin.deleteTopics({ topics: ["lost"] });
    await cluster.create("lost");
    await cluster.send("lost", many(100).slice(0, 3));
    await expect(catchUp(warehouse, { topic: "lost" })).rejects.toThrow(
      "topic lost, partition 0: stored offset 30 is beyond its end, 3",
    );
    const by = { notedAt: "2026-11-02 08:00:00", notedBy: "marie" };
    await forgetTopic(connection, "live", "lost", by);
    expect(await catchUp(warehouse, { topic: "lost" })).toMatchObject({ inserted: 3 });
    await cluster.send("lost", many(200));
    await skipTo(connection, "live", { topic: "lost", partition: 0, offset: 9 }, by);
    await expect(
      skipTo(connection, "live", { topic: "lost", partition: 0, offset: 9 }, by),
    ).rejects.toThrow("its stored offset is 9; expected a later one");
    expect(await catchUp(warehouse, { topic: "lost" })).toMatchObject({ inserted: 4 });
    expect(
      await rows(
        connection,
        `select from_offset, to_offset, kind, noted_by from ingest.stream_gaps`,
      ),
    ).toEqual([
      { from_offset: 10, to_offset: 16, kind: "retention", noted_by: null },
      { from_offset: 30, to_offset: 30, kind: "forgotten", noted_by: "marie" },
      { from_offset: 3, to_offset: 8, kind: "skipped", noted_by: "marie" },
    ]);
  });
});

/** Messages of a file with one `{headers, key, value}` a line. */
async function fixture(name: string): Promise<Message[]> {
  const text = await readFile(join(import.meta.dirname, "..", "fixtures", "kafka", name), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const { headers, key, value } = JSON.parse(line) as {
        headers?: Record<string, string>;
        key: unknown;
        value: unknown;
      };
      const message: Message = {
        key: typeof key === "string" ? key : JSON.stringify(key),
        value: value === null ? null : JSON.stringify(value),
      };
      return headers ? { ...message, headers } : message;
    });
}
