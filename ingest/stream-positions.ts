import type { DuckDBConnection } from "@duckdb/node-api";
import type { PartitionBounds, Position } from "../connectors/message.ts";
import { literal, transaction } from "./query.ts";
import { readPositions } from "./stream-batch.ts";

/** Offsets that are passed over for good. */
interface Gap {
  topic: string;
  partition: number;
  from: number;
  to: number;
  kind: "retention" | "skipped" | "forgotten";
}

async function noteGap(
  connection: DuckDBConnection,
  sourceId: string,
  gap: Gap,
  by: { notedAt: string; notedBy: string | null },
): Promise<void> {
  await connection.run(
    `insert into ingest.stream_gaps values (?, ?, ${gap.partition}, ${gap.from}, ${gap.to}, ?, ${literal(by.notedAt)}::timestamp, ?)`,
    [sourceId, gap.topic, gap.kind, by.notedBy],
  );
}

/**
 * Compares the stored positions with what the topics hold. What retention has removed before it was read becomes a
 * recorded gap.
 *
 * @returns the positions to go on from.
 * @throws when a topic ends before a stored position: it is another topic of the same name.
 */
export async function comparePositions(
  connection: DuckDBConnection,
  sourceId: string,
  bounds: readonly PartitionBounds[],
  options: { now: string; onEvent: (line: string) => void },
): Promise<Position[]> {
  const { now, onEvent } = options;
  return transaction(connection, async () => {
    const stored = await readPositions(connection, sourceId);
    for (const { topic, partition, low, high } of bounds) {
      const position = stored.find((one) => one.topic === topic && one.partition === partition);
      if (!position) continue;
      if (position.offset > high) {
        throw new Error(
          `topic ${topic}, partition ${partition}: stored offset ${position.offset} is beyond its end, ${high}; expected the topic that was read before: if it was made anew, start over with --forget ${topic}`,
        );
      }
      if (position.offset >= low) continue;
      const gap: Gap = { topic, partition, from: position.offset, to: low - 1, kind: "retention" };
      await noteGap(connection, sourceId, gap, { notedAt: now, notedBy: null });
      onEvent(
        `topic ${topic}, partition ${partition}: offsets ${gap.from} to ${gap.to} are gone before they were read (retention); recorded in ingest.stream_gaps`,
      );
      await setPosition(connection, sourceId, { topic, partition, offset: low });
      position.offset = low;
    }
    return stored;
  });
}

async function setPosition(
  connection: DuckDBConnection,
  sourceId: string,
  { topic, partition, offset }: Position,
): Promise<void> {
  await connection.run(
    `delete from ingest.stream_positions where source_id = ? and topic = ? and partition_number = ${partition}`,
    [sourceId, topic],
  );
  await connection.run(
    `insert into ingest.stream_positions values (?, ?, ${partition}, ${offset})`,
    [sourceId, topic],
  );
}

/**
 * Goes on at an offset, past what cannot be read; recorded with who said so.
 *
 * @throws when that would go back.
 */
export async function skipTo(
  connection: DuckDBConnection,
  sourceId: string,
  { topic, partition, offset }: Position,
  by: { notedAt: string; notedBy: string },
): Promise<void> {
  await transaction(connection, async () => {
    const stored = await readPositions(connection, sourceId);
    const position = stored.find((one) => one.topic === topic && one.partition === partition);
    const from = position?.offset ?? 0;
    if (offset <= from) {
      throw new Error(
        `cannot skip to ${topic}/${partition}/${offset}: its stored offset is ${from}; expected a later one`,
      );
    }
    const gap: Gap = { topic, partition, from, to: offset - 1, kind: "skipped" };
    await noteGap(connection, sourceId, gap, by);
    await setPosition(connection, sourceId, { topic, partition, offset });
  });
}

/** Forgets where a topic was read to, so that a topic made anew is read from its beginning; recorded with who said so. */
export async function forgetTopic(
  connection: DuckDBConnection,
  sourceId: string,
  topic: string,
  by: { notedAt: string; notedBy: string },
): Promise<void> {
  await transaction(connection, async () => {
    const stored = await readPositions(connection, sourceId);
    for (const position of stored.filter((one) => one.topic === topic)) {
      const { partition, offset } = position;
      const gap: Gap = { topic, partition, from: offset, to: offset, kind: "forgotten" };
      await noteGap(connection, sourceId, gap, by);
    }
    await connection.run("delete from ingest.stream_positions where source_id = ? and topic = ?", [
      sourceId,
      topic,
    ]);
  });
}
