import { isUtf8 } from "node:buffer";
import type {
  Message,
  MessageBatch,
  MessageSink,
  PartitionBounds,
  Position,
  UndecodableBatch,
} from "../connectors/message.ts";
import type { StreamMessage } from "./stream-batch.ts";

/** Messages of one transaction, unless told otherwise; as many again may wait while it is written. */
const MOST_MESSAGES = 32_768;
const MOST_BYTES = 48 * 1024 * 1024;

/** One part of a feed, on its way into one transaction. */
export interface StreamPart {
  messages: StreamMessage[];
  /** Where the feed goes on after them. */
  positions: Position[];
}

const nameOf = ({ topic, partition }: { topic: string; partition: number }): string =>
  `${topic}/${partition}`;

function headersText(headers: Readonly<Record<string, Buffer>>): string | null {
  const names = Object.keys(headers);
  if (names.length === 0) return null;
  return JSON.stringify(
    Object.fromEntries(names.map((name) => [name, headers[name]!.toString("utf8")])),
  );
}

/** The text of a message's value, or why it has none. */
function textOf(value: Buffer | null): Pick<StreamMessage, "text" | "fault"> {
  if (value === null) return { text: null, fault: null };
  if (value.length === 0) return { text: null, fault: "empty" };
  if (!isUtf8(value)) return { text: null, fault: "invalid_utf8" };
  return { text: value.toString("utf8"), fault: null };
}

/** A key that is no text is shown in hexadecimal. */
const keyText = (key: Buffer | null): string | null =>
  key === null ? null : key.toString(isUtf8(key) ? "utf8" : "hex");

/** Holds what a feed has brought until it is stored, and the positions stored so far. */
export class StreamBuffer implements MessageSink {
  readonly #entries: ReadonlyMap<string, number>;
  readonly #compare: (bounds: readonly PartitionBounds[]) => Promise<readonly Position[]>;
  readonly #onChange: () => void;
  readonly #mostMessages: number;
  #messages: StreamMessage[] = [];
  #bytes = 0;
  /** Where the feed has gone on to, ahead of what is stored. */
  #pending = new Map<string, Position>();
  #stored = new Map<string, Position>();
  #bounds = new Map<string, PartitionBounds>();
  #high = new Map<string, number>();
  #room = Promise.withResolvers<void>();
  /** Partitions that have stopped before a batch that cannot be read. */
  readonly stopped = new Map<string, UndecodableBatch>();

  /**
   * @param topics names of the topics, in the order of their entries.
   * @param compare gives the stored positions, moved where the feed has lost what they stand at.
   * @param onChange called whenever something came.
   */
  constructor(
    topics: readonly string[],
    compare: (bounds: readonly PartitionBounds[]) => Promise<readonly Position[]>,
    onChange: () => void,
    mostMessages = MOST_MESSAGES,
  ) {
    this.#mostMessages = mostMessages;
    this.#entries = new Map(topics.map((topic, entry) => [topic, entry]));
    this.#compare = compare;
    this.#onChange = onChange;
  }

  async compare(bounds: readonly PartitionBounds[]): Promise<void> {
    const positions = await this.#compare(bounds);
    this.#stored = new Map(positions.map((position) => [nameOf(position), position]));
    this.#bounds = new Map(bounds.map((bound) => [nameOf(bound), bound]));
    this.#high = new Map(bounds.map((bound) => [nameOf(bound), bound.high]));
    this.#onChange();
  }

  assign(partitions: readonly { topic: string; partition: number }[]): Position[] {
    this.#drop();
    this.stopped.clear();
    this.#onChange();
    return partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: this.#start(nameOf({ topic, partition })),
    }));
  }

  #start(name: string): number {
    return this.#stored.get(name)?.offset ?? this.#bounds.get(name)?.low ?? 0;
  }

  #drop(): void {
    this.#messages = [];
    this.#bytes = 0;
    this.#pending.clear();
    this.#makeRoom();
  }

  #makeRoom(): void {
    this.#room.resolve();
    this.#room = Promise.withResolvers<void>();
  }

  hasRoom(): boolean {
    return this.#messages.length < this.#mostMessages && this.#bytes < MOST_BYTES;
  }

  awaitRoom(): Promise<void> {
    return this.hasRoom() ? Promise.resolve() : this.#room.promise;
  }

  take({ topic, partition, messages }: MessageBatch): void {
    const entry = this.#entries.get(topic);
    if (entry === undefined) return;
    for (const message of messages) {
      this.#messages.push(this.#read(entry, topic, partition, message));
      this.#bytes += (message.value?.length ?? 0) + (message.key?.length ?? 0);
    }
    const offset = messages.at(-1)!.offset + 1;
    this.#pending.set(nameOf({ topic, partition }), { topic, partition, offset });
    this.#onChange();
  }

  #read(entry: number, topic: string, partition: number, message: Message): StreamMessage {
    const { offset, timestampMs, key, value, headers } = message;
    return {
      entry,
      topic,
      partition,
      offset,
      timestampMs,
      bytes: value,
      key: keyText(key),
      keyBytes: key,
      headers: headersText(headers),
      ...textOf(value),
    };
  }

  move({ topic, partition, offset, high }: Position & { high: number }): void {
    const name = nameOf({ topic, partition });
    this.#high.set(name, high);
    if (offset > this.#start(name)) this.#pending.set(name, { topic, partition, offset });
    this.#onChange();
  }

  stop(batch: UndecodableBatch): void {
    this.stopped.set(nameOf(batch), batch);
    this.#onChange();
  }

  /** True when a transaction need not wait for more. */
  get isFull(): boolean {
    return !this.hasRoom();
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** Hands over all that has come; there is room again. */
  drain(): StreamPart {
    const part = { messages: this.#messages, positions: [...this.#pending.values()] };
    this.#drop();
    return part;
  }

  /** Notes positions as stored. */
  keep(positions: readonly Position[]): void {
    for (const position of positions) {
      const name = nameOf(position);
      if (position.offset > (this.#stored.get(name)?.offset ?? -1))
        this.#stored.set(name, position);
    }
  }

  /** True when every partition is stored (or, `taken`, at least here) up to where the feed ended at the start. */
  hasCaughtUp(when: "taken" | "stored"): boolean {
    if (this.#bounds.size === 0) return false;
    return [...this.#bounds].every(([name, { high, low }]) => {
      const taken = when === "taken" ? this.#pending.get(name)?.offset : undefined;
      return low === high || (taken ?? this.#start(name)) >= high;
    });
  }

  /** Messages behind, by partition. */
  lags(): { topic: string; partition: number; offset: number; lag: number }[] {
    return [...this.#bounds].map(([name, { topic, partition }]) => {
      const offset = this.#start(name);
      return { topic, partition, offset, lag: Math.max((this.#high.get(name) ?? 0) - offset, 0) };
    });
  }
}
