import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Message } from "kafkajs";
import { kafkaClient } from "../connectors/kafka-client.ts";
import { kafkaFeed } from "../connectors/kafka.ts";
import { rows } from "../ingest/query.ts";
import { streamSource } from "../ingest/stream.ts";
import { loadTopic } from "../ingest/stream-topic.ts";
import { openWarehouse } from "../ingest/warehouse.ts";
import { type Broker, LIBRARY, startBroker } from "../test/kafka/broker.ts";

const MESSAGES = Number(process.env["VIGIE_BENCH_MESSAGES"] ?? 3e6);
const PARTITIONS = 6;
const TOPIC = "tickets";
/** Least rate (messages a second, and of the peer's), most milliseconds and bytes. */
const LIMITS = { perSecond: 40_000, vsPeer: 0.15, latencyMs: 300, memoryBytes: 700e6 };
const PRODUCE_BATCH = 2000;
const PROBES = 50;

const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

const STATUSES = ["new", "assigned", "in_progress", "on_hold", "resolved", "closed"];
const WORDS =
  "imprimante réseau écran mot de passe messagerie lente agence serveur accès refusé badge poste lenteur panne".split(
    " ",
  );

/** The number-th message: a version of one of a tenth as many tickets, about 600 bytes of canonical JSON. */
function messageOf(number: number): Message {
  const ticket = Math.imul(number, 2_654_435_761) >>> 0;
  const id = `INC${String(ticket % Math.ceil(MESSAGES / 10)).padStart(7, "0")}`;
  const word = (place: number) => WORDS[(ticket >>> place) % WORDS.length]!;
  const opened = 1_735_689_600 + (ticket % 20_000_000);
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
  const record = {
    native_id: id,
    number: id,
    type: "incident",
    title: `${word(1)} ${word(3)} ${word(5)} ${word(7)} ${word(9)}`,
    status: STATUSES[number % STATUSES.length],
    priority: `P${1 + (ticket % 5)}`,
    category: word(2),
    subcategory: `${word(4)} ${word(6)}`,
    service: `service-${ticket % 40}`,
    channel: "email",
    site: `site-${ticket % 12}`,
    assignment_group: `group-${ticket % 60}`,
    assignee: `agent-${ticket % 400}`,
    requester: `user-${ticket % 9000}`,
    opened_at: iso(opened),
    updated_at: iso(opened + 60 + number),
    reopen_count: ticket % 3,
    asset: `PC-${ticket % 30_000}`,
    description: `${word(1)} ${word(8)} ${word(12)} ${word(14)} ${word(15)} ${word(16)} ${word(17)} ${word(18)} ${word(19)}, ${id}`,
    symptom: `${word(8)} ${word(10)} ${word(11)} ${word(12)} ${word(13)}`,
  };
  return { key: id, value: JSON.stringify(record) };
}

/** Fills the topic; gives the mean size of a value. */
async function fill(broker: Broker): Promise<number> {
  const kafka = new kafkaClient.Kafka({
    brokers: [broker.address],
    logLevel: kafkaClient.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      { topic: TOPIC, numPartitions: PARTITIONS },
      { topic: "probe", numPartitions: 1 },
    ],
  });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  let bytes = 0;
  for (let from = 0; from < MESSAGES; from += PRODUCE_BATCH) {
    const count = Math.min(PRODUCE_BATCH, MESSAGES - from);
    const messages = Array.from({ length: count }, (_, index) => messageOf(from + index));
    for (const { value } of messages) bytes += Buffer.byteLength(value as string);
    await producer.send({ topic: TOPIC, messages, acks: 1 });
  }
  await producer.disconnect();
  return bytes / MESSAGES;
}

/** Runs a process to its end; gives its standard output and passes on each line of its standard error. */
async function run(command: string, args: string[], onError: (line: string) => void) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  child.stdout.on("data", (data: Buffer) => (out += String(data)));
  createInterface(child.stderr).on("line", onError);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${out}; expected 0`);
  return out;
}

/** Messages a second of Kafka's own consumer benchmark, joining left out. */
async function measurePeer(broker: Broker): Promise<number> {
  const out = await run(
    "java",
    [
      "-Xmx512m",
      "-cp",
      join(LIBRARY, "*"),
      "org.apache.kafka.tools.ConsumerPerformance",
      "--bootstrap-server",
      broker.address,
      "--topic",
      TOPIC,
      "--messages",
      String(MESSAGES),
      "--timeout",
      "60000",
    ],
    () => {},
  );
  const lines = out.trim().split("\n");
  const names = lines.find((line) => line.includes("fetch.nMsg.sec"))!.split(/,\s*/);
  const values = lines.at(-1)!.split(/,\s*/);
  const of = (name: string) => Number(values[names.indexOf(name)]);
  const read = of("data.consumed.in.nMsg");
  if (read < MESSAGES) throw new Error(`the peer read ${read} messages; expected ${MESSAGES}`);
  return of("fetch.nMsg.sec");
}

const configText = (broker: Broker): string => `vigie: 1
organisation:
  name: Group
  reporting_zone: Europe/Paris
  entities: [{ id: group, kind: group, name: Group }]
storage: .
sources:
  - id: live
    tool: Bench
    zone: Europe/Paris
    kafka: { brokers: ["${broker.address}"], topics: [{ topic: ${TOPIC}, record: ticket, key: native_id }] }
`;

/** The whole path as people run it: `vigie stream` until all is stored. */
async function measurePath(broker: Broker, folder: string) {
  const config = join(folder, "vigie.yaml");
  await writeFile(config, configText(broker));
  let joined = 0;
  const out = await run(
    process.execPath,
    ["cli/main.ts", "stream", "--until-caught-up", "--json", "--config", config],
    (line) => {
      const { time, line: said } = JSON.parse(line) as { time: string; line: string };
      if (said.includes(`${PARTITIONS} partitions of`)) joined = Date.parse(time);
    },
  );
  const result = JSON.parse(out) as {
    records: number;
    inserted: number;
    quarantined: number;
    peakMemoryBytes: number;
  };
  if (result.records !== MESSAGES || result.quarantined > 0) {
    throw new Error(
      `${result.records} messages, ${result.quarantined} in quarantine; expected ${MESSAGES} and none`,
    );
  }
  const state = JSON.parse(await readFile(join(folder, "stream.json"), "utf8")) as {
    sources: { live: { committedAt: string } };
  };
  const seconds = (Date.parse(state.sources.live.committedAt) - joined) / 1000;
  return { ...result, seconds };
}

/** Milliseconds from sending one message to the commit of its row, each. */
async function measureLatency(broker: Broker, folder: string): Promise<number[]> {
  const kafka = new kafkaClient.Kafka({
    brokers: [broker.address],
    logLevel: kafkaClient.logLevel.NOTHING,
  });
  const producer = kafka.producer();
  await producer.connect();
  const stop = new AbortController();
  using warehouse = await openWarehouse(join(folder, "probe.duckdb"));
  let committed = Promise.withResolvers<void>();
  const joined = Promise.withResolvers<void>();
  const streaming = streamSource(warehouse.connection, {
    source: { id: "probe", instance: "probe", zone: "Europe/Paris" },
    topics: [
      await loadTopic(
        {
          topic: "probe",
          mapping: null,
          record: "ticket",
          format: "json",
          encoding: "json",
          table: null,
          key: null,
        },
        "updated_at",
      ),
    ],
    feed: kafkaFeed({
      brokers: [broker.address],
      topics: ["probe"],
      group: "probe",
      tls: null,
      sasl: null,
      sessionTimeoutMs: 10_000,
      onEvent: () => joined.resolve(),
    }),
    keepsPeople: false,
    lingerMs: 100,
    maxRejects: 0,
    untilCaughtUp: false,
    signal: stop.signal,
    now: Date.now,
    onEvent: () => {},
    onCommit: () => committed.resolve(),
  });
  await joined.promise;
  const found: number[] = [];
  for (let probe = 0; probe < PROBES; probe++) {
    committed = Promise.withResolvers<void>();
    const started = performance.now();
    await producer.send({ topic: "probe", messages: [messageOf(probe)], acks: 1 });
    await Promise.race([committed.promise, streaming]);
    found.push(performance.now() - started);
  }
  stop.abort();
  await streaming;
  await producer.disconnect();
  const [{ count } = { count: 0 }] = await rows<{ count: number }>(
    warehouse.connection,
    "select count(*) as count from ingest.tickets",
  );
  if (count !== PROBES) throw new Error(`${count} rows of ${PROBES} probes`);
  return found.toSorted((a, b) => a - b);
}

/**
 * Streams messages of a real broker on this machine: the whole path against Kafka's own consumer benchmark, the time to
 * one committed row, and the peak memory of the consumer.
 */
export async function benchKafka(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-bench-kafka-"));
  try {
    await using broker = await startBroker({ heap: "1g" });
    const bytes = await fill(broker);
    const loadBefore = loadavg()[0]!;
    const peer = await measurePeer(broker);
    const path = await measurePath(broker, folder);
    const latencies = await measureLatency(broker, folder);
    const perSecond = MESSAGES / path.seconds;
    const median = latencies[Math.floor(PROBES / 2)]!;
    return {
      messages: MESSAGES,
      message_bytes: Math.round(bytes),
      partitions: PARTITIONS,
      new_observations: path.inserted,
      seconds: round(path.seconds),
      messages_per_second: Math.round(perSecond),
      limit_per_second: LIMITS.perSecond,
      peer_per_second: Math.round(peer),
      vs_peer: round(perSecond / peer, 3),
      limit_vs_peer: LIMITS.vsPeer,
      latency_median_ms: Math.round(median),
      latency_worst_ms: Math.round(latencies.at(-1)!),
      limit_latency_ms: LIMITS.latencyMs,
      peak_memory_mb: Math.round(path.peakMemoryBytes / 1e6),
      limit_memory_mb: LIMITS.memoryBytes / 1e6,
      is_within_limits:
        perSecond >= LIMITS.perSecond &&
        perSecond / peer >= LIMITS.vsPeer &&
        median <= LIMITS.latencyMs &&
        path.peakMemoryBytes <= LIMITS.memoryBytes,
      load_before: round(loadBefore),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
