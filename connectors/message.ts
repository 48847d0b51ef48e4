/** One message of a topic, as the broker keeps it. */
export interface Message {
  offset: number;
  /** Epoch milliseconds, the producer's or the broker's, as the topic is configured. */
  timestampMs: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Readonly<Record<string, Buffer>>;
}

/** Messages of one partition in their order. */
export interface MessageBatch {
  topic: string;
  partition: number;
  messages: readonly Message[];
}

/** A place in a feed: the offset to read next in one partition. */
export interface Position {
  topic: string;
  partition: number;
  offset: number;
}

/** What a partition holds: its earliest offset, and the one after its last. */
export interface PartitionBounds {
  topic: string;
  partition: number;
  low: number;
  high: number;
}

/** Records of a partition that cannot be read at all, so that it stops before them. */
export interface UndecodableBatch {
  topic: string;
  partition: number;
  /** First and last offset of the batch. */
  from: number;
  to: number;
  reason: string;
}

/** Who takes the messages of a feed and keeps its positions. */
export interface MessageSink {
  /**
   * Compares the positions kept with what the feed holds, before anything is read; may move them.
   *
   * @throws to refuse the feed.
   */
  compare: (bounds: readonly PartitionBounds[]) => Promise<void>;
  /** Partitions have been given anew: drops what was taken and not kept; returns where to go on. */
  assign: (partitions: readonly { topic: string; partition: number }[]) => Position[];
  /** False while no more messages can be taken. */
  hasRoom: () => boolean;
  /** Settles when there may be room again. */
  awaitRoom: () => Promise<void>;
  take: (batch: MessageBatch) => void;
  /** The feed has gone on to `offset`, past messages taken and others that are nobody's (aborted, compacted). */
  move: (position: Position & { high: number }) => void;
  /** A partition has stopped; the others go on. */
  stop: (batch: UndecodableBatch) => void;
}

/** A feed of messages without end. */
export interface MessageFeed {
  /** Reads into a sink until closed. Rejects when the feed fails for good. */
  read: (sink: MessageSink) => Promise<void>;
  /** Tells the feed's own bookkeeping, for those who watch it; best effort, never the truth. */
  report: (positions: readonly Position[]) => Promise<void>;
  /** Stops reading, leaves. */
  close: () => Promise<void>;
}
