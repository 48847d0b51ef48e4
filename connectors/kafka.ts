import { setTimeout as delay } from "node:timers/promises";
import type {
  AuthenticationProviderArgs,
  Consumer,
  EachBatchPayload,
  Kafka,
  KafkaConfig,
} from "kafkajs";
import {
  checkCertificate,
  describeAccess,
  type SaslSettings,
  type TlsSettings,
} from "./kafka-access.ts";
import { kafkaClient, OutOfRangeError, SignInError } from "./kafka-client.ts";
import type { Message, MessageFeed, MessageSink, PartitionBounds, Position } from "./message.ts";
import type { DecodedRecord } from "./record-batch.ts";

export interface KafkaSettings {
  /** `host:port` each. */
  brokers: readonly string[];
  topics: readonly string[];
  group: string;
  tls: TlsSettings | null;
  sasl: SaslSettings | null;
  /** After this long without a sign of life the broker gives our partitions to others. */
  sessionTimeoutMs: number;
  /** Says what happens, for people; default silent. */
  onEvent?: (line: string) => void;
}

/** How long a fetch waits where nothing has come; also how long a seek waits for the running fetch. */
const FETCH_WAIT_MS = 250;
/** What leaving may take before the process ends without. */
const LEAVE_MS = 3000;
const CONNECTION_TIMEOUT_MS = 10_000;

function configOf({ brokers, tls, sasl }: KafkaSettings): KafkaConfig {
  const config: KafkaConfig = {
    clientId: "vigie",
    brokers: [...brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: CONNECTION_TIMEOUT_MS,
    logLevel: kafkaClient.logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 8 },
  };
  if (tls) {
    config.ssl = {
      ...(tls.ca === null ? {} : { ca: tls.ca }),
      ...(tls.cert === null ? {} : { cert: tls.cert }),
      ...(tls.key === null ? {} : { key: tls.key }),
    };
  }
  if (sasl?.mechanism === "oauthbearer") {
    config.sasl = {
      mechanism: "oauthbearer",
      authenticationProvider: ({ saslAuthenticate }) => ({
        authenticate: () => signInByToken(sasl.token, saslAuthenticate),
      }),
    };
  } else if (sasl) {
    config.sasl = sasl as NonNullable<KafkaConfig["sasl"]>;
  }
  return config;
}

/** A text after its length, as SASL mechanisms send it. */
function sized(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * Signs in by OAUTHBEARER (RFC 7628). kafkajs's own way overlooks a refusal, which is an answer with a status, and is
 * then cut off without a word.
 */
async function signInByToken(
  token: () => Promise<string>,
  saslAuthenticate: AuthenticationProviderArgs["saslAuthenticate"],
): Promise<void> {
  const message = `n,,\u0001auth=Bearer ${await token()}\u0001\u0001`;
  const answer = await saslAuthenticate<string>({
    request: { encode: () => sized(message) },
    response: {
      decode: (raw) => raw,
      parse: (raw) => raw.subarray(4).toString("utf8"),
    },
  });
  if (answer) throw new SignInError("token refused");
}

/** Checks that the brokers can be reached and let us in. Throws one clear line. */
async function checkAccess(settings: KafkaSettings): Promise<void> {
  const { brokers, tls, sasl } = settings;
  if (tls) await checkCertificate(brokers[0]!, tls);
  const admin = new kafkaClient.Kafka({ ...configOf(settings), retry: { retries: 1 } }).admin();
  try {
    await admin.connect();
    await admin.fetchTopicMetadata({ topics: [] });
  } catch (error) {
    throw describeAccess(error, { brokers, tls, sasl });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** A broker that starts, or a partition that changes its leader, answers with errors for some seconds. */
const SETTLING_TRIES = 40;
const SETTLING_MS = 500;

async function onceSettled<T>(work: () => Promise<T>): Promise<T> {
  for (let left = SETTLING_TRIES; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || (error as { retriable?: boolean }).retriable !== true) throw error;
      await delay(SETTLING_MS);
    }
  }
}

async function boundsOf(kafka: Kafka, topics: readonly string[]): Promise<PartitionBounds[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const known = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !known.has(topic));
    if (missing.length > 0) {
      throw new Error(
        `no topic ${missing.join(", ")} on the broker, or none that we may read; expected every topic of the configuration`,
      );
    }
    const bounds: PartitionBounds[] = [];
    for (const topic of topics) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        bounds.push({ topic, partition, low: Number(low), high: Number(high) });
      }
    }
    return bounds;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

const toMessage = (record: DecodedRecord): Message => ({
  offset: Number(record.offset),
  timestampMs: Number(record.timestamp),
  key: record.key,
  value: record.value,
  headers: record.headers,
});

/** One membership of the group, from its start to its end. */
class Session {
  readonly #consumer: Consumer;
  readonly #settings: KafkaSettings;
  readonly #sink: MessageSink;
  #generation = 0;
  #isClosed = false;
  #isReporting = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(kafka: Kafka, settings: KafkaSettings, sink: MessageSink) {
    this.#settings = settings;
    this.#sink = sink;
    this.#consumer = kafka.consumer({
      groupId: settings.group,
      sessionTimeout: settings.sessionTimeoutMs,
      heartbeatInterval: Math.ceil(settings.sessionTimeoutMs / 10),
      maxWaitTimeInMs: FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 2000,
        retries: 8,
        restartOnFailure: async () => !this.#isClosed,
      },
    });
  }

  /** Settles when closed; rejects when the consumer ends by itself. */
  async run(): Promise<void> {
    const { CRASH, GROUP_JOIN, END_BATCH_PROCESS } = this.#consumer.events;
    const { onEvent } = this.#settings;
    this.#consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart)
        this.#ended.reject(error.cause instanceof OutOfRangeError ? error.cause : error);
      else onEvent?.(`kafka: ${error.message}; trying again`);
    });
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#resume(payload.memberAssignment));
    // Batches of aborted or compacted messages alone pass by without being handed over.
    this.#consumer.on(END_BATCH_PROCESS, ({ payload }) => {
      const { topic, partition, batchSize, lastOffset, highWatermark } = payload;
      if (batchSize === 0 && lastOffset !== null) {
        this.#sink.move({
          topic,
          partition,
          offset: Number(lastOffset) + 1,
          high: Number(highWatermark),
        });
      }
    });
    const steps = [
      () => this.#consumer.connect(),
      () => this.#consumer.subscribe({ topics: [...this.#settings.topics], fromBeginning: true }),
      () =>
        this.#consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: (payload) => this.#take(payload),
        }),
    ];
    for (const step of steps) {
      if (this.#isClosed) break;
      await step();
    }
    // Closed meanwhile: what the last step has begun is still to be ended.
    if (this.#isClosed) await this.#consumer.disconnect();
    await this.#ended.promise;
  }

  /** The positions kept are the truth; what the group remembers is never read. */
  #resume(assignment: Record<string, number[]>): void {
    this.#generation += 1;
    const partitions = Object.entries(assignment).flatMap(([topic, list]) =>
      list.map((partition) => ({ topic, partition })),
    );
    for (const { topic, partition, offset } of this.#sink.assign(partitions)) {
      this.#consumer.seek({ topic, partition, offset: String(offset) });
    }
    this.#settings.onEvent?.(
      `kafka: ${partitions.length} partitions of ${this.#settings.topics.join(", ")}`,
    );
  }

  async #take(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const generation = this.#generation;
    while (!this.#sink.hasRoom()) {
      // A wait without a sign of life would cost us our partitions.
      const sign = new AbortController();
      const pause = delay(this.#settings.sessionTimeoutMs / 10, undefined, { signal: sign.signal });
      await Promise.race([this.#sink.awaitRoom(), pause.catch(() => undefined)]);
      sign.abort();
      if (this.#isClosed || !payload.isRunning() || generation !== this.#generation) return;
      await payload.heartbeat();
    }
    const { topic, partition } = batch;
    const records = batch.messages as unknown as DecodedRecord[];
    const broken = records.at(-1)?.undecodable;
    const messages = (broken ? records.slice(0, -1) : records).map(toMessage);
    if (messages.length > 0) {
      this.#sink.take({ topic, partition, messages });
      payload.resolveOffset(String(messages.at(-1)!.offset));
    }
    if (broken) {
      this.#consumer.pause([{ topic, partitions: [partition] }]);
      this.#sink.stop({ topic, partition, ...broken });
      return;
    }
    const offset = Number(batch.lastOffset()) + 1;
    this.#sink.move({ topic, partition, offset, high: Number(batch.highWatermark) });
  }

  async report(positions: readonly Position[]): Promise<void> {
    if (this.#isReporting || this.#isClosed) return;
    this.#isReporting = true;
    try {
      await this.#consumer.commitOffsets(
        positions.map((position) => ({ ...position, offset: String(position.offset) })),
      );
    } catch {
      // Kafka's own offset only ever lags; the next report mends it.
    } finally {
      this.#isReporting = false;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const limit = new AbortController();
    await Promise.race([
      this.#consumer.disconnect().catch(() => undefined),
      delay(LEAVE_MS, undefined, { signal: limit.signal, ref: false }).catch(() => undefined),
    ]);
    limit.abort();
    this.#ended.resolve();
  }
}

/**
 * Topics of a Kafka cluster as one feed. Only what transactions have committed is read. Messages come from the
 * positions of the sink; each time partitions are given anew it is asked again.
 */
export function kafkaFeed(settings: KafkaSettings): MessageFeed {
  const kafka = new kafkaClient.Kafka(configOf(settings));
  const state: { session: Session | null; isClosed: boolean } = { session: null, isClosed: false };
  return {
    async read(sink) {
      await checkAccess(settings);
      while (!state.isClosed) {
        await sink.compare(await onceSettled(() => boundsOf(kafka, settings.topics)));
        if (state.isClosed) return;
        const session = new Session(kafka, settings, sink);
        state.session = session;
        try {
          await session.run();
        } catch (error) {
          await session.close();
          if (!(error instanceof OutOfRangeError)) throw describeAccess(error, settings);
          settings.onEvent?.(`kafka: ${error.message}; comparing positions`);
        }
      }
    },
    report: async (positions) => state.session?.report(positions),
    async close() {
      state.isClosed = true;
      await state.session?.close();
    },
  };
}
