import { readFile, rename, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { SaslSettings, TlsSettings } from "../connectors/kafka-access.ts";
import { kafkaFeed } from "../connectors/kafka.ts";
import { SchemaRegistry } from "../connectors/schema-registry.ts";
import { setPseudonymKey } from "../ingest/sources.ts";
import { streamSource, type StreamResult } from "../ingest/stream.ts";
import type { StreamBuffer } from "../ingest/stream-buffer.ts";
import type { ResolvedKafka } from "../ingest/stream-config.ts";
import { forgetTopic, skipTo } from "../ingest/stream-positions.ts";
import { loadTopic } from "../ingest/stream-topic.ts";
import type { Warehouse } from "../ingest/warehouse.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import type { Config } from "./config.ts";
import { counted, openProject, receiptNow } from "./project.ts";

type StreamedSource = Config["sources"][number] & { kafka: ResolvedKafka };

const streamsOf = (config: Config): StreamedSource[] =>
  config.sources.filter((source): source is StreamedSource => source.kafka !== null);

/** A secret of the environment. Throws naming the variable, never its value. */
function secret(name: string, source: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new UsageError(
    `source ${source}: no variable ${name} in the environment; expected the secret that kafka.sasl names`,
  );
}

function saslOf({ id, kafka: { sasl } }: StreamedSource): SaslSettings | null {
  if (!sasl) return null;
  if (sasl.mechanism === "oauthbearer") {
    secret(sasl.token_env, id);
    return { mechanism: sasl.mechanism, token: async () => secret(sasl.token_env, id) };
  }
  const { mechanism, username_env, password_env } = sasl;
  return { mechanism, username: secret(username_env, id), password: secret(password_env, id) };
}

async function tlsOf({ id, kafka: { tls } }: StreamedSource): Promise<TlsSettings | null> {
  if (!tls) return null;
  const read = async (path: string | null) => {
    if (path === null) return null;
    return readFile(path, "utf8").catch((error: Error) => {
      throw new UsageError(
        `source ${id}: cannot read ${path}: ${error.message}; expected a PEM file`,
      );
    });
  };
  return { ca: await read(tls.ca), cert: await read(tls.cert), key: await read(tls.key) };
}

function registryOf({ id, kafka: { registry } }: StreamedSource): SchemaRegistry | null {
  if (!registry) return null;
  const read = (variable: string | null) => variable && secret(variable, id);
  return new SchemaRegistry({
    url: registry.url,
    username: read(registry.usernameEnv),
    password: read(registry.passwordEnv),
  });
}

interface StreamSettings {
  untilCaughtUp: boolean;
  signal: AbortSignal;
  /** Called after each transaction of a source. */
  onCommit?: (source: string, buffer: StreamBuffer) => void;
}

async function streamOne(
  warehouse: Warehouse,
  source: StreamedSource,
  { progress }: Pick<CommandContext, "progress">,
  settings: StreamSettings,
): Promise<StreamResult> {
  const { kafka } = source;
  const onEvent = (line: string) => progress(`stream     ${source.id}: ${line}`);
  const topics = [];
  for (const topic of kafka.topics) topics.push(await loadTopic(topic, kafka.order));
  const feed = kafkaFeed({
    brokers: kafka.brokers,
    topics: kafka.topics.map(({ topic }) => topic),
    group: kafka.group ?? `vigie-${source.id}`,
    tls: await tlsOf(source),
    sasl: saslOf(source),
    sessionTimeoutMs: kafka.sessionTimeoutSeconds * 1000,
    onEvent,
  });
  const { untilCaughtUp, signal, onCommit } = settings;
  return streamSource(warehouse.connection, {
    source,
    topics,
    feed,
    registry: registryOf(source),
    untilCaughtUp,
    signal,
    onEvent,
    lingerMs: kafka.lingerMs,
    maxRejects: kafka.maxRejects,
    keepsPeople: Boolean(process.env["VIGIE_PSEUDONYM_KEY"]),
    now: Date.now,
    onCommit: (_counts, buffer) => onCommit?.(source.id, buffer),
  });
}

/** Streams every source that has topics into an open warehouse; one that fails ends all. */
async function streamAll(
  warehouse: Warehouse,
  context: CommandContext,
  settings: StreamSettings,
): Promise<StreamResult> {
  await setPseudonymKey(warehouse.connection, process.env["VIGIE_PSEUDONYM_KEY"] || null);
  const failed = new AbortController();
  const signal = AbortSignal.any([settings.signal, failed.signal]);
  const runs = streamsOf(context.config).map((source) =>
    streamOne(warehouse, source, context, { ...settings, signal }).catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const ended = await Promise.allSettled(runs);
  const total: StreamResult = {
    records: 0,
    inserted: 0,
    quarantined: 0,
    deletions: 0,
    transactions: 0,
  };
  const faults: unknown[] = [];
  for (const one of ended) {
    if (one.status === "rejected") faults.push(one.reason);
    else
      for (const name of Object.keys(total) as (keyof StreamResult)[])
        total[name] += one.value[name];
  }
  if (faults.length > 0) throw faults.length === 1 ? faults[0] : new AggregateError(faults);
  return total;
}

/** Takes what the topics hold now into an open warehouse. */
export const streamInto = (warehouse: Warehouse, context: CommandContext): Promise<StreamResult> =>
  streamAll(warehouse, context, { untilCaughtUp: true, signal: new AbortController().signal });

const HEALTH_MS = 1000;

/** Keeps `stream.json` in the storage folder: process, last commit, offset and lag of each partition. */
class HealthFile {
  readonly #path: string;
  #written = 0;
  #sources: Record<string, { committedAt: string; partitions: ReturnType<StreamBuffer["lags"]> }> =
    {};
  #writing = Promise.resolve();

  constructor(folder: string) {
    this.#path = join(folder, "stream.json");
  }

  note(source: string, buffer: StreamBuffer): void {
    this.#sources[source] = { committedAt: new Date().toISOString(), partitions: buffer.lags() };
    if (Date.now() - this.#written < HEALTH_MS) return;
    this.#written = Date.now();
    void this.write("running");
  }

  async #replace(before: Promise<void>, text: string): Promise<void> {
    await before;
    await writeFile(`${this.#path}.new`, text);
    await rename(`${this.#path}.new`, this.#path);
  }

  write(state: "running" | "stopped"): Promise<void> {
    const text = `${JSON.stringify({ state, pid: process.pid, sources: this.#sources })}\n`;
    this.#writing = this.#replace(this.#writing, text);
    return this.#writing;
  }
}

/** `TOPIC/PARTITION/OFFSET` of the source that has the topic. */
function parsePlace(config: Config, text: string) {
  const [, topic = "", partition, offset] = /^(.+)\/(\d+)\/(\d+)$/.exec(text) ?? [];
  if (!topic) throw new UsageError(`--skip ${text}: expected TOPIC/PARTITION/OFFSET`);
  return {
    sourceId: sourceOf(config, topic),
    topic,
    partition: Number(partition),
    offset: Number(offset),
  };
}

function sourceOf(config: Config, topic: string): string {
  const source = streamsOf(config).find(({ kafka }) =>
    kafka.topics.some((one) => one.topic === topic),
  );
  if (!source)
    throw new UsageError(`topic ${topic}: no source has it; expected a topic of the configuration`);
  return source.id;
}

/** Moves positions where a person asks for it; recorded under their name. */
async function movePositions(
  warehouse: Warehouse,
  { config, options }: CommandContext,
): Promise<string[]> {
  const by = { notedAt: receiptNow(), notedBy: userInfo().username };
  const said: string[] = [];
  if (typeof options["forget"] === "string") {
    const topic = options["forget"];
    await forgetTopic(warehouse.connection, sourceOf(config, topic), topic, by);
    said.push(`${topic}: read from its beginning, recorded as asked by ${by.notedBy}`);
  }
  if (typeof options["skip"] === "string") {
    const { sourceId, ...place } = parsePlace(config, options["skip"]);
    await skipTo(warehouse.connection, sourceId, place, by);
    said.push(`${options["skip"]}: goes on there, recorded as asked by ${by.notedBy}`);
  }
  return said;
}

/** Ends on SIGTERM or SIGINT, a second of which ends the process as usual. */
function untilSignalled(): AbortController {
  const controller = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => controller.abort());
  return controller;
}

export const stream: Command = {
  summary: "take the topics of the sources into the warehouse until stopped",
  help: `Rows, quarantine and positions are stored in one transaction, so nothing is lost or doubled whatever is killed.
SIGTERM and SIGINT finish the running transaction and leave the group. State and lag are in stream.json of the storage.
--until-caught-up ends once everything is stored that the topics held at the start.
--skip TOPIC/PARTITION/OFFSET goes on at an offset, past what cannot be read; --forget TOPIC reads a topic made anew
from its beginning. Both are recorded with your name in ingest.stream_gaps, then the stream runs.`,
  options: {
    "until-caught-up": { type: "boolean" },
    skip: { type: "string" },
    forget: { type: "string" },
  },
  async run(context) {
    const { config, options } = context;
    if (streamsOf(config).length === 0) {
      throw new UsageError(
        "no source has topics; expected a kafka part in a source of the configuration",
      );
    }
    const stop = untilSignalled();
    using warehouse = await openProject(config);
    const lines = await movePositions(warehouse, context);
    const health = new HealthFile(config.storage.folder);
    await health.write("running");
    const say = process.stderr.isTTY ? context.progress : jsonLines(context.progress);
    try {
      const result = await streamAll(
        warehouse,
        { ...context, progress: say },
        {
          untilCaughtUp: options["until-caught-up"] === true,
          signal: stop.signal,
          onCommit: (source, buffer) => health.note(source, buffer),
        },
      );
      const line = `${counted(result.records, "record")} in ${counted(result.transactions, "transaction")}: ${counted(result.inserted, "new observation")}, ${counted(result.deletions, "deletion")}, ${result.quarantined.toLocaleString("en-GB")} quarantined`;
      return { lines: [...lines, line], data: { ...result } };
    } finally {
      await health.write("stopped");
    }
  },
};

/** One JSON object a line, for what reads the lines of a service. */
const jsonLines =
  (write: (line: string) => void) =>
  (line: string): void =>
    write(JSON.stringify({ time: new Date().toISOString(), line: line.replace(/^stream\s+/, "") }));
