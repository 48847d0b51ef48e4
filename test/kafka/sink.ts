import type {
  Message,
  MessageBatch,
  MessageSink,
  PartitionBounds,
  Position,
  UndecodableBatch,
} from "../../connectors/message.ts";

/** Takes everything into memory and can be waited on; positions are kept as the tests give them. */
export class MemorySink implements MessageSink {
  readonly taken: (Message & { topic: string; partition: number })[] = [];
  readonly joins: Position[][] = [];
  readonly stopped: UndecodableBatch[] = [];
  readonly moved = new Map<string, number>();
  bounds: readonly PartitionBounds[] = [];
  /** Positions to begin with, by `topic/partition`. */
  readonly start: Record<string, number>;
  isOpen = true;
  #change = Promise.withResolvers<void>();
  #room = Promise.withResolvers<void>();

  constructor(start: Record<string, number> = {}) {
    this.start = start;
  }

  compare = async (bounds: readonly PartitionBounds[]): Promise<void> => {
    this.bounds = bounds;
  };
  assign(partitions: readonly { topic: string; partition: number }[]): Position[] {
    const positions = partitions.map(({ topic, partition }) => ({
      topic,
      partition,
      offset: this.start[`${topic}/${partition}`] ?? 0,
    }));
    this.joins.push(positions);
    this.#ring();
    return positions;
  }
  hasRoom = (): boolean => this.isOpen;
  awaitRoom = (): Promise<void> => this.#room.promise;
  /** Lets the feed go on. */
  open(): void {
    this.isOpen = true;
    this.#room.resolve();
  }
  take({ topic, partition, messages }: MessageBatch): void {
    for (const message of messages) this.taken.push({ ...message, topic, partition });
    this.#ring();
  }
  move({ topic, partition, offset }: Position & { high: number }): void {
    this.moved.set(`${topic}/${partition}`, offset);
    this.#ring();
  }
  stop(batch: UndecodableBatch): void {
    this.stopped.push(batch);
    this.#ring();
  }
  #ring(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
  /** Settles once the condition holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#change.promise;
  }
}
