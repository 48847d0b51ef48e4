import type { DuckDBConnection } from "@duckdb/node-api";
import type { MessageFeed, UndecodableBatch } from "../connectors/message.ts";
import type { SchemaRegistry } from "../connectors/schema-registry.ts";
import type { ImportSource } from "./ledger.ts";
import { transaction } from "./query.ts";
import { StreamBuffer, type StreamPart } from "./stream-buffer.ts";
import { decodeMessages } from "./stream-decode.ts";
import { comparePositions } from "./stream-positions.ts";
import {
  registerImports,
  type StoreCounts,
  storeMessages,
  type StreamTarget,
} from "./stream-store.ts";
import type { StreamTopic } from "./stream-topic.ts";

/** Clocks of a source and of this machine differ: an instant this far ahead of ours is still the past. */
const CLOCK_SKEW_MS = 5 * 60_000;
const REJECT_WINDOW_MS = 3_600_000;

export interface StreamOptions {
  source: ImportSource;
  topics: readonly StreamTopic[];
  feed: MessageFeed;
  /** Registry of the topics whose values follow the id of a schema; default none. */
  registry?: SchemaRegistry | null;
  keepsPeople: boolean;
  /** Longest wait of a message before its transaction. */
  lingerMs: number;
  /** Messages of one transaction, more or less; default 32,768. */
  mostMessages?: number;
  /** Messages that may be refused within an hour. */
  maxRejects: number;
  /** Ends once all is stored that the topics held at the start. */
  untilCaughtUp: boolean;
  /** Ends the stream: the running transaction is finished, what is buffered is left for the next time. */
  signal: AbortSignal;
  /** Clock, epoch milliseconds. */
  now: () => number;
  onEvent: (line: string) => void;
  /** Called after each transaction. */
  onCommit?: (counts: StoreCounts, buffer: StreamBuffer) => void;
  /** Writes one part, in transactions of its own; default all in one. */
  store?: (
    connection: DuckDBConnection,
    target: StreamTarget,
    part: StreamPart,
    receivedAt: string,
  ) => Promise<StoreCounts>;
}

/** What a stream has done until it ended. */
export interface StreamResult extends StoreCounts {
  transactions: number;
}

const queues = new WeakMap<DuckDBConnection, Promise<unknown>>();

/** Streams that share a connection write in turn. */
export async function inTurn<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  const before = queues.get(connection) ?? Promise.resolve();
  const mine = before.then(work, work);
  queues.set(
    connection,
    mine.catch(() => undefined),
  );
  return mine;
}

const utcText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

const storeWhole: NonNullable<StreamOptions["store"]> = (connection, target, part, receivedAt) =>
  transaction(connection, () =>
    storeMessages(connection, target, part.messages, part.positions, receivedAt),
  );

/** Resolves at the next change, after `ms` at the latest. */
class Alarm {
  #next = Promise.withResolvers<void>();
  ring = (): void => {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  };
  async wait(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#next.promise, limit]);
    clearTimeout(timer);
  }
}

/** Idle streams look up this often whether they are to end. */
const IDLE_MS = 1000;

const describeStop = ({ topic, partition, from, to, reason }: UndecodableBatch): string =>
  `topic ${topic}, partition ${partition}: the batch of offsets ${from} to ${to} cannot be decoded: ${reason}; the partition stops there until vigie stream --skip ${topic}/${partition}/${to + 1}`;

/**
 * Takes a feed into the warehouse until told to end: each transaction holds rows, quarantine and positions together,
 * so that nothing is lost or doubled whatever is killed.
 *
 * @throws when the feed fails for good, a transaction fails, or more than `maxRejects` messages are refused in an hour.
 */
export async function streamSource(
  connection: DuckDBConnection,
  options: StreamOptions,
): Promise<StreamResult> {
  const { source, topics, feed, signal, onEvent, now, store = storeWhole } = options;
  const registered = await inTurn(connection, () =>
    transaction(connection, () => registerImports(connection, options, utcText(now()))),
  );
  const target: StreamTarget = { ...options, importIds: registered };
  const alarm = new Alarm();
  const buffer = new StreamBuffer(
    topics.map(({ topic }) => topic),
    (bounds) =>
      inTurn(connection, () =>
        comparePositions(connection, source.id, bounds, { now: utcText(now()), onEvent }),
      ),
    alarm.ring,
    options.mostMessages,
  );
  let failure: { error: unknown } | null = null;
  const reading = feed.read(buffer).catch((error: unknown) => {
    failure = { error };
    alarm.ring();
  });
  signal.addEventListener("abort", alarm.ring);
  const total: StreamResult = {
    records: 0,
    inserted: 0,
    quarantined: 0,
    deletions: 0,
    transactions: 0,
  };
  const rejects = new RejectWindow(options);
  const told = new Set<UndecodableBatch>();
  const isOver = () => signal.aborted || failure !== null;
  try {
    while (!isOver()) {
      for (const stopped of buffer.stopped.values()) {
        if (!told.has(stopped)) onEvent(describeStop(stopped));
        told.add(stopped);
      }
      await awaitPart(buffer, alarm, options, isOver);
      if (isOver()) break;
      if (!buffer.isEmpty) {
        const part = buffer.drain();
        if (
          !(await decodeMessages(part.messages, { ...options, registry: options.registry ?? null }))
        )
          break;
        const receivedAt = utcText(now() + CLOCK_SKEW_MS);
        const counts = await inTurn(connection, () => store(connection, target, part, receivedAt));
        buffer.keep(part.positions);
        for (const name of Object.keys(counts) as (keyof StoreCounts)[])
          total[name] += counts[name];
        total.transactions += 1;
        void feed.report(part.positions);
        options.onCommit?.(counts, buffer);
        rejects.add(counts.quarantined);
      }
      if (options.untilCaughtUp && isDone(buffer)) break;
    }
  } finally {
    signal.removeEventListener("abort", alarm.ring);
    await feed.close();
    await reading;
  }
  const failed = failure as { error: unknown } | null;
  if (failed) throw failed.error;
  if (options.untilCaughtUp && buffer.stopped.size > 0 && !signal.aborted) {
    throw new Error([...buffer.stopped.values()].map(describeStop).join("; "));
  }
  return total;
}

/** True when all is stored, or nothing more can be. */
function isDone(buffer: StreamBuffer): boolean {
  return buffer.hasCaughtUp("stored") || (buffer.stopped.size > 0 && buffer.isEmpty);
}

/** Waits until a transaction is worth it: the buffer is full, its first message has waited long enough, or all is here. */
async function awaitPart(
  buffer: StreamBuffer,
  alarm: Alarm,
  { lingerMs, untilCaughtUp, now }: StreamOptions,
  isOver: () => boolean,
): Promise<void> {
  let since: number | null = null;
  while (!isOver() && !buffer.isFull) {
    if (
      untilCaughtUp &&
      (buffer.hasCaughtUp("taken") || (buffer.stopped.size > 0 && isDone(buffer)))
    )
      return;
    if (buffer.isEmpty) since = null;
    else since ??= now();
    const left = since === null ? IDLE_MS : since + lingerMs - now();
    if (left <= 0) return;
    await alarm.wait(left);
    if (since === null && buffer.isEmpty) return;
  }
}

/** Counts the messages refused within the last hour. */
class RejectWindow {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #name: string;
  #found: { at: number; count: number }[] = [];

  constructor({ maxRejects, now, source }: StreamOptions) {
    this.#limit = maxRejects;
    this.#now = now;
    this.#name = source.id;
  }

  add(count: number): void {
    if (count === 0) return;
    const at = this.#now();
    this.#found = [...this.#found.filter((one) => one.at > at - REJECT_WINDOW_MS), { at, count }];
    const sum = this.#found.reduce((total, one) => total + one.count, 0);
    if (sum > this.#limit) {
      throw new Error(
        `stream ${this.#name}: ${sum} messages refused within an hour; expected at most ${this.#limit} (max_rejects): look at them with vigie rejects`,
      );
    }
  }
}
