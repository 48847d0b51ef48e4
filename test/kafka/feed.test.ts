import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kafkaFeed } from "../../connectors/kafka.ts";
import type { MessageFeed, MessageSink } from "../../connectors/message.ts";
import { clientAt, describeKafka, useCluster } from "./cluster.ts";
import { MemorySink } from "./sink.ts";

const texts = (sink: MemorySink): string[] => sink.taken.map(({ value }) => String(value));

const numbered = (count: number, from = 0): { key: string; value: string }[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `k${from + index}`,
    value: `v${from + index}`,
  }));

/** Reads until a condition holds, then closes; what the feed threw is thrown. */
async function readUntil(
  feed: MessageFeed,
  sink: MemorySink,
  condition: () => boolean,
): Promise<void> {
  const reading = feed.read(sink);
  try {
    await Promise.race([sink.until(condition), reading]);
  } finally {
    await feed.close();
    await reading;
  }
}

describeKafka("a Kafka feed", () => {
  const cluster = useCluster();

  const feedOf = (topic: string, more: { group?: string; sessionTimeoutMs?: number } = {}) =>
    kafkaFeed({
      brokers: [cluster.address],
      topics: [topic],
      group: more.group ?? `group-${topic}`,
      tls: null,
      sasl: null,
      sessionTimeoutMs: more.sessionTimeoutMs ?? 6000,
    });

  test("goes on from the sink's positions, whatever the group has committed", async () => {
    await cluster.create("positions", 2);
    for (const partition of [0, 1]) {
      await cluster.producer.send({
        topic: "positions",
        messages: numbered(10).map((message) => ({ ...message, partition })),
      });
    }
    await cluster.admin.setOffsets({
      groupId: "group-positions",
      topic: "positions",
      partitions: [
        { partition: 0, offset: "9" },
        { partition: 1, offset: "0" },
      ],
    });
    const sink = new MemorySink({ "positions/0": 4, "positions/1": 7 });
    await readUntil(feedOf("positions"), sink, () => sink.taken.length >= 9);
    const offsets = (partition: number) =>
      sink.taken.filter((message) => message.partition === partition).map(({ offset }) => offset);
    expect(offsets(0)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(offsets(1)).toEqual([7, 8, 9]);
  });

  test("reads what the broker has compressed with each codec", async () => {
    const codecs = ["uncompressed", "gzip", "snappy", "lz4", "zstd"];
    const lines = Array.from({ length: 500 }, (_, line) => `${line} ${"é".repeat(line % 40)}`);
    for (const codec of codecs) {
      await cluster.create(`codec-${codec}`, 1, { "compression.type": codec });
      await cluster.send(
        `codec-${codec}`,
        lines.map((value) => ({ value })),
      );
      const sink = new MemorySink();
      await readUntil(feedOf(`codec-${codec}`), sink, () => sink.taken.length >= 500);
      expect(texts(sink), codec).toEqual(lines);
    }
  });

  test("reads messages of one megabyte", async () => {
    await cluster.create("large", 1, { "max.message.bytes": "4000000" });
    const value = "x".repeat(1_000_000);
    await cluster.send("large", [{ value }]);
    await cluster.send("large", [{ value: `${value}y${value}` }]);
    const sink = new MemorySink();
    await readUntil(feedOf("large"), sink, () => sink.taken.length >= 2);
    expect(sink.taken.map((message) => message.value?.length)).toEqual([1_000_000, 2_000_001]);
  });

  test("moves past batches that compaction has emptied", async () => {
    await cluster.create("compacted", 1, {
      "cleanup.policy": "compact",
      "segment.ms": "100",
      "segment.bytes": "1048576",
      "min.cleanable.dirty.ratio": "0.01",
      "min.compaction.lag.ms": "0",
      "delete.retention.ms": "0",
    });
    // The last batch of an idempotent producer is kept without its records. Alone in its segment (two of this size are
    // not joined), it is all that a fetch from its offset answers with.
    const producer = clientAt(cluster.address).producer({
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const started = Date.now();
    const large = (second: number) =>
      numbered(50).map(({ key }) => ({
        key,
        value: "x".repeat(14_000),
        timestamp: String(started + second * 1000),
      }));
    await producer.send({ topic: "compacted", acks: -1, messages: large(0) });
    await cluster.send("compacted", large(1));
    await cluster.send("compacted", [
      { key: "last", value: "last", timestamp: String(started + 2000) },
    ]);
    const read = async (group: string) => {
      const sink = new MemorySink();
      await readUntil(feedOf("compacted", { group }), sink, () => texts(sink).includes("last"));
      return sink;
    };
    let sink = await read("look");
    for (let round = 0; round < 60 && sink.taken[0]!.offset === 0; round++) {
      sink = await read(`look-${round}`);
    }
    await producer.disconnect();
    expect(sink.taken.map(({ offset }) => offset)).toEqual(
      Array.from({ length: 51 }, (_, index) => 50 + index),
    );
    expect(sink.moved.get("compacted/0")).toBe(101);
  });

  test("gives only what transactions have committed, and goes past the rest", async () => {
    await cluster.create("transactions");
    const producer = clientAt(cluster.address).producer({
      transactionalId: "vigie-test",
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const [name, isCommitted] of [
      ["a", true],
      ["b", false],
      ["c", true],
      ["d", false],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({
        topic: "transactions",
        messages: [{ value: `${name}1` }, { value: `${name}2` }],
      });
      await (isCommitted ? transaction.commit() : transaction.abort());
    }
    await producer.disconnect();
    // The last marker may still be on its way: the end is then before it.
    const [bounds] = await cluster.admin.fetchTopicOffsets("transactions");
    const sink = new MemorySink();
    await readUntil(
      feedOf("transactions"),
      sink,
      () => texts(sink).includes("c2") && sink.moved.get("transactions/0")! >= Number(bounds!.high),
    );
    expect(texts(sink)).toEqual(["a1", "a2", "c1", "c2"]);
  });

  test("keeps its partitions while the sink has no room for longer than the session", async () => {
    await cluster.create("slow");
    await cluster.send("slow", numbered(10));
    const sink = new MemorySink();
    sink.isOpen = false;
    const feed = feedOf("slow", { sessionTimeoutMs: 600 });
    const reading = feed.read(sink);
    await sink.until(() => sink.joins.length > 0);
    // Someone else asks the coordinator until several sessions' time has passed.
    const began = Date.now();
    const states = new Set<string>();
    while (Date.now() - began < 1800) {
      const { groups } = await cluster.admin.describeGroups(["group-slow"]);
      states.add(`${groups[0]!.state} ${groups[0]!.members.length}`);
    }
    sink.open();
    await sink.until(() => sink.taken.length >= 10);
    await feed.close();
    await reading;
    expect([...states]).toEqual(["Stable 1"]);
    expect(sink.joins).toHaveLength(1);
  });

  test("asks the sink anew when a foreign member takes partitions and gives them back", async () => {
    await cluster.create("shared", 4);
    await cluster.send("shared", numbered(100));
    const sink = new MemorySink();
    const feed = feedOf("shared", { sessionTimeoutMs: 1000 });
    const reading = feed.read(sink);
    await sink.until(() => sink.taken.length >= 100);
    const foreign = clientAt(cluster.address).consumer({ groupId: "group-shared" });
    await foreign.connect();
    await foreign.subscribe({ topics: ["shared"] });
    await foreign.run({ eachMessage: async () => {} });
    await sink.until(() => sink.joins.some((positions) => positions.length === 2));
    await foreign.disconnect();
    await sink.until(() => sink.joins.length > 2 && sink.joins.at(-1)!.length === 4);
    await cluster.send("shared", numbered(100, 100));
    // All positions of the sink are 0: everything is given again after each join.
    await sink.until(() => new Set(texts(sink)).size === 200);
    await feed.close();
    await reading;
    expect(texts(sink).filter((text) => text === "v7").length).toBeGreaterThan(1);
  });

  test("asks for a new comparison when an offset is out of range, and never starts over by itself", async () => {
    await cluster.create("recreated");
    await cluster.send("recreated", numbered(5));
    const sink = new MemorySink({ "recreated/0": 500 });
    let comparisons = 0;
    const strict: MessageSink = Object.assign(sink, {
      compare: async () => {
        comparisons += 1;
        if (comparisons > 1) throw new Error("stored offset 500 is beyond its end");
      },
    });
    await expect(feedOf("recreated").read(strict)).rejects.toThrow(
      "stored offset 500 is beyond its end",
    );
    expect(sink.taken).toEqual([]);
    const committed = await cluster.admin.fetchOffsets({
      groupId: "group-recreated",
      topics: ["recreated"],
    });
    expect(committed[0]!.partitions.map(({ offset }) => offset)).toEqual(["-1"]);
  });

  test("names a missing topic", async () => {
    await expect(feedOf("absent").read(new MemorySink())).rejects.toThrow(
      /no topic absent on the broker/,
    );
  });

  test("stops one partition before a batch that cannot be decoded, the others go on", async () => {
    await cluster.create("broken", 2);
    for (const round of [0, 1, 2]) {
      for (const partition of [0, 1]) {
        await cluster.producer.send({
          topic: "broken",
          messages: numbered(10, round * 10).map((message) => ({ ...message, partition })),
        });
      }
    }
    await cluster.broker.stop();
    const log = join(cluster.broker.folder, "log", "broken-0");
    const [segment] = (await readdir(log)).filter((name) => name.endsWith(".log"));
    const bytes = await readFile(join(log, segment!));
    // One bit of the value `v15`, in the second batch.
    bytes[bytes.indexOf("v15")]! ^= 1;
    await writeFile(join(log, segment!), bytes);
    await cluster.broker.start();
    const sink = new MemorySink();
    await readUntil(
      feedOf("broken"),
      sink,
      () => sink.stopped.length > 0 && sink.moved.get("broken/1") === 30,
    );
    expect(sink.stopped[0]).toEqual({
      topic: "broken",
      partition: 0,
      from: 10,
      to: 19,
      reason: "checksum does not match",
    });
    const offsets = sink.taken
      .filter(({ partition }) => partition === 0)
      .map(({ offset }) => offset);
    expect(offsets).toEqual([...Array(10).keys()]);
  });
});
