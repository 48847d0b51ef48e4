import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Message } from "kafkajs";
import { expect, onTestFinished, test } from "vitest";
import { kafkaFeed } from "../../connectors/kafka.ts";
import { streamSource, type StreamOptions } from "../../ingest/stream.ts";
import { loadTopic } from "../../ingest/stream-topic.ts";
import { openWarehouse, type Warehouse } from "../../ingest/warehouse.ts";
import { temporaryFolder } from "../project.ts";
import { clientAt, describeKafka, useCluster } from "./cluster.ts";
import { contentsOf } from "./contents.ts";

const isLong = process.env["VIGIE_LONG"] === "1";
const PARTITIONS = 4;

describeKafka("a stream that is disturbed", () => {
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

  async function stream(
    warehouse: Warehouse,
    topic: string,
    options: Partial<StreamOptions> & { group?: string },
  ) {
    const settings = {
      topic,
      mapping: null,
      record: "ticket",
      format: "json",
      encoding: "json",
    } as const;
    return streamSource(warehouse.connection, {
      source: { id: "live", instance: "live", zone: "Europe/Paris" },
      topics: [await loadTopic({ ...settings, table: null, key: "native_id" }, "updated_at")],
      feed: kafkaFeed({
        brokers: [cluster.address],
        topics: [topic],
        group: options.group ?? `vigie-${topic}`,
        tls: null,
        sasl: null,
        sessionTimeoutMs: 1000,
      }),
      keepsPeople: false,
      lingerMs: 50,
      mostMessages: 300,
      maxRejects: 100_000,
      untilCaughtUp: false,
      signal: new AbortController().signal,
      now: Date.now,
      onEvent: () => {},
      ...options,
    });
  }

  /** Messages of some tickets, some poison among them. */
  const part = (from: number, count = 1000): Message[] =>
    Array.from({ length: count }, (_, index) => {
      const number = from + index;
      const id = `INC${number % 97}`;
      if (number % 53 === 0) return { key: id, value: "no json" };
      const updated = new Date(Date.UTC(2026, 0, 5) + number * 1000).toISOString();
      const record = { native_id: id, opened_at: "2026-01-02T08:00:00Z", updated_at: updated };
      return { key: id, value: JSON.stringify(record) };
    });

  /** Streams until all sent is stored, while something happens; gives what a quiet run finds, and what this one found. */
  async function compare(
    topic: string,
    disturb: (awaitStored: (count: number) => Promise<void>) => Promise<void>,
  ) {
    const disturbed = await openTemporary();
    const quiet = await openTemporary();
    await cluster.create(topic, PARTITIONS);
    const end = new AbortController();
    const waiting: { count: number; resolve: () => void }[] = [];
    let stored = 0;
    const running = stream(disturbed, topic, {
      signal: end.signal,
      onCommit: ({ records }) => {
        stored += records;
        for (const { count, resolve } of waiting) if (stored >= count) resolve();
      },
    });
    const awaitStored = async (count: number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (stored >= count) return;
      waiting.push({ count, resolve });
      await promise;
    };
    await Promise.race([running, disturb(awaitStored)]);
    end.abort();
    await running;
    await stream(quiet, topic, { untilCaughtUp: true, group: `quiet-${topic}` });
    return [await contentsOf(disturbed.connection), await contentsOf(quiet.connection)];
  }

  test("by a broker that stops and comes back leaves the rows of a quiet run", async () => {
    const [found, expected] = await compare("restarted", async (awaitStored) => {
      await cluster.send("restarted", part(0));
      await awaitStored(300);
      await cluster.broker.stop();
      if (isLong) await delay(10_000);
      await cluster.broker.start();
      await cluster.send("restarted", part(1000));
      await awaitStored(2000);
    });
    expect(found).toEqual(expected);
    // A producer that is cut off sends again what it had sent; versions count once.
    expect(found!["tickets"]).toMatchObject({ rows: 2000 - 38 });
  });

  test("by a foreign member that takes partitions and commits leaves the rows of a quiet run", async () => {
    const [found, expected] = await compare("rebalanced", async (awaitStored) => {
      await cluster.send("rebalanced", part(0));
      await awaitStored(300);
      const foreign = clientAt(cluster.address).consumer({
        groupId: "vigie-rebalanced",
        sessionTimeout: 1000,
        heartbeatInterval: 100,
      });
      await foreign.connect();
      await foreign.subscribe({ topics: ["rebalanced"], fromBeginning: true });
      const seen = new Set<number>();
      const taken = Promise.withResolvers<void>();
      await foreign.run({
        autoCommitThreshold: 1,
        eachMessage: async ({ partition }) => {
          seen.add(partition);
          taken.resolve();
        },
      });
      await cluster.send("rebalanced", part(1000));
      await taken.promise;
      await foreign.disconnect();
      await cluster.send("rebalanced", part(2000));
      await awaitStored(3000);
      expect(seen.size).toBeGreaterThan(0);
    });
    expect(found).toEqual(expected);
  });
});
