import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Message } from "kafkajs";
import { expect, test } from "vitest";
import { rows } from "../../ingest/query.ts";
import { temporaryFolder } from "../project.ts";
import { readWarehouse } from "../warehouse.ts";
import { describeKafka, useCluster } from "./cluster.ts";
import { contentsOf } from "./contents.ts";
import type { ChildOrder } from "./stream-child.ts";

const isLong = process.env["VIGIE_LONG"] === "1";
const MESSAGES = isLong ? 3_000_000 : 100_000;
const KILLS = isLong ? 30 : 5;
const PARTITIONS = 6;

/** A seeded generator, so that a failing run can be repeated. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Versions of tickets, some late, some sent twice, with tombstones and what nobody can read between them. */
function* messages(count: number, seed: number): Generator<Message> {
  const draw = dice(seed);
  const statuses = ["new", "in_progress", "on_hold", "resolved", "nobody knows"];
  for (let sent = 0; sent < count;) {
    const key = `INC${Math.floor(draw() * (count / 20))}`;
    const kind = draw();
    sent += 1;
    if (kind < 0.002) yield { key, value: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) };
    else if (kind < 0.004) yield { key, value: "not json" };
    else if (kind < 0.006) yield { key, value: "[1, 2]" };
    else if (kind < 0.008) yield { key, value: "" };
    else if (kind < 0.018) yield { key, value: null };
    else {
      const late = draw() < 0.1 ? 86_400 : 0;
      const updated = new Date((1_767_000_000 + sent * 7 - late) * 1000).toISOString();
      const record = {
        native_id: kind < 0.02 ? "another" : key,
        title: `Ticket ${key}`,
        status: statuses[Math.floor(draw() * statuses.length)],
        priority: `P${1 + Math.floor(draw() * 4)}`,
        opened_at: kind < 0.024 ? "0024-02-03T00:00:00Z" : "2025-12-01T08:00:00Z",
        updated_at: kind < 0.026 ? "9999-12-31T23:59:59Z" : updated,
      };
      const message = { key, value: JSON.stringify(record) };
      yield message;
      if (draw() < 0.02 && sent < count) {
        sent += 1;
        yield message;
      }
    }
  }
}

function start(order: ChildOrder): ChildProcess {
  const script = join(import.meta.dirname, "stream-child.ts");
  return spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

const ended = (child: ChildProcess): Promise<number | NodeJS.Signals | null> =>
  new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? code));
  });

/** Runs a child to its end, or kills it at the given time after its first transaction has begun. */
async function run(
  order: ChildOrder,
  killAfterMs?: number,
): Promise<number | NodeJS.Signals | null> {
  const child = start(order);
  const end = ended(child);
  child.stdout!.once("data", () => {
    if (killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  });
  child.stdout!.resume();
  return end;
}

async function contents(folder: string): Promise<Record<string, unknown>> {
  const connection = await readWarehouse(folder);
  try {
    return await contentsOf(connection);
  } finally {
    connection.closeSync();
  }
}

describeKafka("a stream that is killed", () => {
  const cluster = useCluster(isLong ? { heap: "1g" } : {});

  const fill = async (topic: string, count: number) => {
    await cluster.create(topic, PARTITIONS);
    let part: Message[] = [];
    for (const message of messages(count, 20_261_123)) {
      if (part.push(message) < 5000) continue;
      await cluster.send(topic, part);
      part = [];
    }
    await cluster.send(topic, part);
  };

  test(
    "leaves the warehouse of an undisturbed run, row for row",
    async () => {
      await fill("killed", MESSAGES);
      await using quiet = await temporaryFolder();
      await using disturbed = await temporaryFolder();
      const orderIn = (folder: string, kill: ChildOrder["kill"] = null): ChildOrder => ({
        address: cluster.address,
        topic: "killed",
        warehouse: join(folder, "warehouse.duckdb"),
        kill,
        isTorn: false,
        mostMessages: isLong ? 20_000 : 10_000,
      });
      const draw = dice(7);
      const ends = [];
      for (const when of ["before", "after"] as const) {
        ends.push(await run(orderIn(disturbed.path, { transaction: 2, when })));
      }
      const longest = isLong ? 6000 : 400;
      for (let kill = 0; kill < KILLS; kill++) {
        ends.push(await run(orderIn(disturbed.path), draw() * longest));
      }
      expect(ends).toEqual(Array.from({ length: KILLS + 2 }, () => "SIGKILL"));
      expect(await run(orderIn(disturbed.path))).toBe(0);
      expect(await run(orderIn(quiet.path))).toBe(0);
      const expected = await contents(quiet.path);
      expect(await contents(disturbed.path)).toEqual(expected);
      const connection = await readWarehouse(quiet.path);
      const [counts] = await rows(
        connection,
        `select (select sum(next_offset) from ingest.stream_positions)::bigint as messages,
           (select count(*) from ingest.deletions) + records as stored, accepted + quarantined = records as is_accounted_for,
           quarantined > 100 as has_poison, unchanged > 100 as has_duplicates from ingest.imports`,
      );
      connection.closeSync();
      expect(counts).toEqual({
        messages: MESSAGES,
        stored: MESSAGES,
        is_accounted_for: true,
        has_poison: true,
        has_duplicates: true,
      });
    },
    isLong ? 3_600_000 : 240_000,
  );

  test("is not the same with positions outside the transaction", async () => {
    await fill("torn", 6000);
    await using quiet = await temporaryFolder();
    await using torn = await temporaryFolder();
    const order = {
      address: cluster.address,
      topic: "torn",
      kill: null,
      isTorn: true,
      mostMessages: 2500,
    };
    const inFolder = (folder: string) => join(folder, "warehouse.duckdb");
    const kill = { transaction: 2, when: "after" } as const;
    expect(await run({ ...order, warehouse: inFolder(torn.path), kill })).toBe("SIGKILL");
    expect(await run({ ...order, warehouse: inFolder(torn.path) })).toBe(0);
    expect(await run({ ...order, warehouse: inFolder(quiet.path) })).toBe(0);
    expect(await contents(torn.path)).not.toEqual(await contents(quiet.path));
  });
});
