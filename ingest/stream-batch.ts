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

const pointerPart = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** JSON pointers under which a column may lie: as a name, then as a dotted path. */
function pointersOf(column: string): string[] {
  const direct = `/${pointerPart(column)}`;
  if (!column.includes(".")) return [direct];
  return [direct, `/${column.split(".").map(pointerPart).join("/")}`];
}

/** Columns that every message has besides its record's, over the envelope and the columns found in the record. */
const MESSAGE_VALUES: Record<string, string> = {
  "@key": "message_key",
  "@table": "table_name",
  "@position": "position::varchar",
  "@offset": "message_offset::varchar",
  "@changed_at": isoSql("coalesce(changed_ms, nullif(sent_ms, -1))"),
  "@sent_at": isoSql("nullif(sent_ms, -1)"),
  "@undated_at": `case when members.observed_at is null and members.updated_at is null then ${isoSql("nullif(sent_ms, -1)")} end`,
};

function isoSql(milliseconds: string): string {
  return `strftime(epoch_ms(${milliseconds}), '%Y-%m-%dT%H:%M:%SZ')`;
}

/**
 * SQL over `body` of what is read out of it; over that and the envelope, of the columns `c0`, `c1`… and of how
 * many members have a value.
 */
function columnsSql(header: readonly string[]): { found: string; columns: string; filled: string } {
  const names = header.filter((name) => !(name in MESSAGE_VALUES));
  // Members of a struct are found in one pass, but their names do not tell upper from lower case.
  const isPlain =
    names.every((name) => !name.includes(".")) &&
    new Set(names.map((name) => name.toLowerCase())).size === names.length;
  const pointers = [...new Set(names.flatMap(pointersOf))];
  const shape = JSON.stringify(Object.fromEntries(names.map((name) => [name, "VARCHAR"])));
  const found =
    names.length === 0
      ? "null as members"
      : isPlain
        ? `from_json(body, ${literal(shape)}) as members`
        : `json_extract_string(body, [${pointers.map(literal).join(", ")}]) as members`;
  const columns = header.map((name, position) => {
    const value = MESSAGE_VALUES[name];
    if (value) return `${value} as c${position}`;
    if (isPlain) return `struct_extract(members, ${literal(name)}) as c${position}`;
    const places = pointersOf(name).map((pointer) => `members[${pointers.indexOf(pointer) + 1}]`);
    return `coalesce(${places.join(", ")}) as c${position}`;
  });
  const filled = isPlain
    ? names.map((name) => `(struct_extract(members, ${literal(name)}) is not null)::integer`)
    : [];
  return { found, columns: columns.join(", "), filled: ["0", ...filled].join(" + ") };
}

/** Of a text that is JSON: whether it is an object. Much cheaper than to parse it for its type. */
const isObjectSql = (json: string): string =>
  `starts_with(ltrim(${json}::varchar, chr(32) || chr(9) || chr(10) || chr(13)), '{')`;

/** SQL of the reason why a message holds no record that can be taken; null when it does. */
function refusalSql(topic: StreamTopic, filled: string): string {
  const refusals = [
    "when fault is not null then fault",
    "when message_text is not null and document is null then 'not_json'",
    `when not ${isObjectSql("document")} then 'not_an_object'`,
    `when action = 'upsert' and not coalesce(${isObjectSql("body")}, false) then 'no_record'`,
  ];
  if (topic.table !== null)
    refusals.push(
      `when action <> 'ignore' and document is not null and table_name is distinct from ${literal(topic.table)} then 'unmapped_table'`,
    );
  if (topic.fields !== null) {
    refusals.push(
      `when action = 'upsert' and len(json_keys(body)) <> ${filled} and not list_has_all([${topic.fields.map(literal).join(", ")}], json_keys(body)) then 'unknown_field'`,
    );
  }
  if (topic.key !== null) {
    refusals.push(
      `when action = 'upsert' and message_key is not null and not suffix(message_key, json_extract_string(body, ${literal(pointersOf(topic.key)[0]!)})) then 'key_mismatch'`,
    );
  }
  refusals.push(
    `when action = 'upsert' and key_document is not null and json_type(key_document) = 'OBJECT' and len(list_filter(json_keys(key_document), lambda name:
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
  const { found, columns, filled } = columnsSql(topic.header);
  await connection.run(
    `create or replace temp table records as
     with fresh as (
       select messages.* from temp.messages
       left join ingest.stream_positions as stored on stored.source_id = ${literal(sourceId)}
         and stored.topic = messages.topic and stored.partition_number = messages.partition_number
       where entry = ${entry} and message_offset >= coalesce(stored.next_offset, 0)
     ),
     parsed as (
       select *, try_cast(message_text as json) as document,
         case when starts_with(message_key, '{') then try_cast(message_key as json) end as key_text
       from fresh
     ),
     unpacked as (
       select *, ${payloadSql},
         case when key_text is null then null when json_exists(key_text, '/payload') then json_extract(key_text, '/payload') else key_text end as key_document
       from parsed
     ),
     opened as (select *, ${envelopeSql(topic.format)} from unpacked),
     read as (select *, ${found} from opened),
     judged as (select *, ${refusalSql(topic, filled)} as refusal from read)
     select message_offset * ${PARTITION_LIMIT} + partition_number as record_number, topic, partition_number, message_offset, sent_ms,
       message_key, bytes, action, refusal, changed_ms, position, key_document, ${columns} from judged`,
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
