import {
  BIGINT,
  BLOB,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import type { Position } from "../connectors/message.ts";
import { literal, rows } from "./query.ts";
import { PARTITION_LIMIT } from "./stream-tables.ts";
import { envelopeSql, payloadSql } from "./stream-format.ts";
import type { StreamTopic } from "./stream-topic.ts";

/** One message on its way into the warehouse. */
export interface StreamMessage {
  /** Index of its topic among the topics of the stream. */
  entry: number;
  topic: string;
  partition: number;
  offset: number;
  timestampMs: number;
  key: string | null;
  keyBytes: Buffer | null;
  /** JSON text; null for a message without a value, and where `fault` is set. */
  text: string | null;
  /** JSON text of the headers, null without. */
  headers: string | null;
  /** Why its bytes cannot be read, null when they can. */
  fault: string | null;
  bytes: Buffer | null;
}

const CHUNK_ROWS = 2048;

const MESSAGE_COLUMNS: readonly [string, DuckDBType, (message: StreamMessage) => DuckDBValue][] = [
  ["entry", INTEGER, ({ entry }) => entry],
  ["topic", VARCHAR, ({ topic }) => topic],
  ["partition_number", INTEGER, ({ partition }) => partition],
  ["message_offset", BIGINT, ({ offset }) => BigInt(offset)],
  ["sent_ms", BIGINT, ({ timestampMs }) => BigInt(timestampMs)],
  ["message_key", VARCHAR, ({ key }) => key],
  ["message_text", VARCHAR, ({ text }) => text],
  ["headers", VARCHAR, ({ headers }) => headers],
  ["fault", VARCHAR, ({ fault }) => fault],
  ["bytes", INTEGER, ({ bytes }) => bytes?.length ?? 0],
];

async function append<T>(
  connection: DuckDBConnection,
  table: string,
  columns: readonly [string, DuckDBType, (item: T) => DuckDBValue][],
  items: readonly T[],
): Promise<void> {
  const definition = columns.map(([name, type]) => `${name} ${type.toString()}`).join(", ");
  await connection.run(`create or replace temp table ${table} (${definition})`);
  const appender = await connection.createAppender(table);
  const types = columns.map(([, type]) => type);
  for (let from = 0; from < items.length; from += CHUNK_ROWS) {
    const part = items.slice(from, from + CHUNK_ROWS);
    const chunk = DuckDBDataChunk.create(types, part.length);
    chunk.setColumns(columns.map(([, , read]) => part.map(read)));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** Puts messages into the temporary table `messages`. */
export const appendMessages = (
  connection: DuckDBConnection,
  messages: readonly StreamMessage[],
): Promise<void> => append(connection, "messages", MESSAGE_COLUMNS, messages);

/** JSON pointers under which a column may lie: as a name, then as a dotted path. */
function pointersOf(column: string): string[] {
  const escape = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");
  const direct = `/${escape(column)}`;
  return column.includes(".") ? [direct, `/${column.split(".").map(escape).join("/")}`] : [direct];
}

/** Columns that every message has besides its record's. */
const MESSAGE_VALUES: Record<string, string> = {
  "@key": "message_key",
  "@table": "table_name",
  "@position": "position::varchar",
  "@offset": "message_offset::varchar",
  "@changed_at": isoSql("coalesce(changed_ms, nullif(sent_ms, -1))"),
  "@sent_at": isoSql("nullif(sent_ms, -1)"),
  "@undated_at": `case when json_extract_string(body, '/observed_at') is null and json_extract_string(body, '/updated_at') is null then ${isoSql("nullif(sent_ms, -1)")} end`,
};

function isoSql(milliseconds: string): string {
  return `strftime(epoch_ms(${milliseconds}), '%Y-%m-%dT%H:%M:%SZ')`;
}

/** SQL of the columns `c0`, `c1`… of a header over `body` and the envelope. */
function columnsSql(header: readonly string[]): string {
  const pointers: string[] = [];
  const columns = header.map((name, position) => {
    if (name in MESSAGE_VALUES) return `${MESSAGE_VALUES[name]} as c${position}`;
    const places = pointersOf(name).map((pointer) => `found[${pointers.push(pointer)}]`);
    return `${places.length === 1 ? places[0] : `coalesce(${places.join(", ")})`} as c${position}`;
  });
  const list = pointers.length === 0 ? ["/"] : pointers;
  return `${columns.join(", ")} from (select *, json_extract_string(body, [${list.map(literal).join(", ")}]) as found`;
}

/** SQL of the reason why a message holds no record that can be taken; null when it does. */
function refusalSql(topic: StreamTopic): string {
  const refusals = [
    "when fault is not null then fault",
    "when message_text is not null and document is null then 'not_json'",
    "when json_type(document) <> 'OBJECT' then 'not_an_object'",
    "when action = 'upsert' and json_type(body) is distinct from 'OBJECT' then 'no_record'",
  ];
  if (topic.table !== null)
    refusals.push(
      `when action <> 'ignore' and document is not null and table_name is distinct from ${literal(topic.table)} then 'unmapped_table'`,
    );
  if (topic.fields !== null) {
    refusals.push(
      `when action = 'upsert' and len(list_filter(json_keys(body), lambda name: not list_contains([${topic.fields.map(literal).join(", ")}], name))) > 0 then 'unknown_field'`,
    );
  }
  if (topic.key !== null) {
    refusals.push(
      `when action = 'upsert' and message_key is not null and not suffix(message_key, json_extract_string(body, ${literal(pointersOf(topic.key)[0]!)})) then 'key_mismatch'`,
    );
  }
  refusals.push(
    `when action = 'upsert' and json_type(key_document) = 'OBJECT' and len(list_filter(json_keys(key_document), lambda name:
       json_exists(body, '/' || name) and json_extract_string(body, '/' || name) is distinct from json_extract_string(key_document, '/' || name))) > 0 then 'key_mismatch'`,
  );
  return `case ${refusals.join(" ")} end`;
}

/**
 * Fills the temporary table `records` with the messages of one topic that the warehouse has not had yet, out of their
 * envelopes: number, action, refusal, and the columns of the header.
 */
export async function openMessages(
  connection: DuckDBConnection,
  sourceId: string,
  entry: number,
  topic: StreamTopic,
): Promise<void> {
  await connection.run(
    `create or replace temp table records as
     with fresh as (
       select messages.* from temp.messages
       left join ingest.stream_positions as stored on stored.source_id = ${literal(sourceId)}
         and stored.topic = messages.topic and stored.partition_number = messages.partition_number
       where entry = ${entry} and message_offset >= coalesce(stored.next_offset, 0)
     ),
     parsed as (
       select *, case when fault is null and json_valid(message_text) then message_text::json end as document,
         case when starts_with(message_key, '{') and json_valid(message_key) then message_key::json end as key_text
       from fresh
     ),
     unpacked as (
       select *, ${payloadSql}, case when json_exists(key_text, '/payload') then json_extract(key_text, '/payload') else key_text end as key_document
       from parsed
     ),
     opened as (select *, ${envelopeSql(topic.format)} from unpacked),
     judged as (select *, ${refusalSql(topic)} as refusal from opened)
     select message_offset * ${PARTITION_LIMIT} + partition_number as record_number, topic, partition_number, message_offset, sent_ms,
       message_key, bytes, action, refusal, changed_ms, position, key_document, ${columnsSql(topic.header)} from judged)`,
  );
}

/** The bytes of a message that was not taken. */
export interface Reject {
  number: bigint;
  bytes: DuckDBValue;
}

const REJECT_COLUMNS: readonly [string, DuckDBType, (reject: Reject) => DuckDBValue][] = [
  ["record_number", BIGINT, ({ number }) => number],
  ["bytes", BLOB, ({ bytes }) => bytes],
];

/** Gives the temporary table `reject_bytes` the bytes of the messages with these numbers. */
export const appendRejectBytes = (
  connection: DuckDBConnection,
  rejects: readonly Reject[],
): Promise<void> => append(connection, "reject_bytes", REJECT_COLUMNS, rejects);

/** The offset to read next in each partition, as stored. */
export async function readPositions(
  connection: DuckDBConnection,
  sourceId: string,
): Promise<Position[]> {
  return rows<Position>(
    connection,
    `select topic, partition_number as partition, next_offset as "offset" from ingest.stream_positions
     where source_id = ? order by topic, partition_number`,
    [sourceId],
  );
}

/** Stores positions inside the transaction of the rows before them; none ever goes back. */
export async function writePositions(
  connection: DuckDBConnection,
  sourceId: string,
  positions: readonly Position[],
): Promise<void> {
  if (positions.length === 0) return;
  const values = positions.map(
    ({ topic, partition, offset }) => `(${literal(topic)}, ${partition}, ${offset}::bigint)`,
  );
  await connection.run(
    `merge into ingest.stream_positions as stored
     using (from (values ${values.join(", ")}) as new (topic, partition_number, next_offset)) as new
     on stored.source_id = ${literal(sourceId)} and stored.topic = new.topic and stored.partition_number = new.partition_number
     when matched and stored.next_offset < new.next_offset then update set next_offset = new.next_offset
     when not matched then insert values (${literal(sourceId)}, new.topic, new.partition_number, new.next_offset)`,
  );
}
