import { createHash } from "node:crypto";
import { basename } from "node:path";
import { blobValue, type DuckDBConnection } from "@duckdb/node-api";
import type { Position } from "../connectors/message.ts";
import { type BatchPlan, filledColumns, planBatch } from "./batch.ts";
import { contractOf } from "./contract.ts";
import { rawSql } from "./field-sql.ts";
import { dataThroughSql, silentWords } from "./import.ts";
import { instantPartsSql } from "./instant-sql.ts";
import type { ImportSource } from "./ledger.ts";
import { faultRowsSql } from "./quarantine.ts";
import { identifier, literal, row, rows } from "./query.ts";
import { keepReading } from "./reading.ts";
import {
  appendMessages,
  appendRejectBytes,
  openMessages,
  type StreamMessage,
  writePositions,
} from "./stream-batch.ts";
import { PARTITION_LIMIT } from "./stream-tables.ts";
import type { StreamTopic } from "./stream-topic.ts";

/** What a stream writes under: one import a topic. */
export interface StreamTarget {
  source: ImportSource;
  topics: readonly StreamTopic[];
  /** Import of each topic. */
  importIds: readonly number[];
  keepsPeople: boolean;
}

/** What became of the messages of one transaction; of messages had before, nothing. */
export interface StoreCounts {
  records: number;
  inserted: number;
  quarantined: number;
  deletions: number;
}

/** What was expected of a message that was refused whole, for a person, by the reason. */
const EXPECTED: Record<string, string> = {
  empty: "a JSON object",
  invalid_utf8: "a text in UTF-8",
  not_json: "a JSON object",
  not_an_object: "a JSON object",
  no_record: "a record in the envelope",
  no_key: "the key of the record that is gone",
  unmapped_table: "the table that the topic is configured for",
  unknown_field: "fields of the canonical record only",
  key_mismatch: "a key that agrees with the record",
  unknown_schema: "a schema that the registry knows",
  undecodable: "a value that its schema can read",
};

/**
 * Finds the import of each topic, or begins one: a stream into a mapping is one import that grows; another reading
 * of it begins another.
 */
export async function registerImports(
  connection: DuckDBConnection,
  { source, topics, keepsPeople }: Omit<StreamTarget, "importIds">,
  receivedAt: string,
): Promise<number[]> {
  const ids: number[] = [];
  for (const { topic, mapping, table } of topics) {
    const file = table === null ? topic : `${topic} (${table})`;
    const reading = await keepReading(connection, { mapping, zone: source.zone, keepsPeople });
    const [known] = await rows<{ id: number }>(
      connection,
      "select import_id as id from ingest.imports where source_id = ? and file = ? and reading_sha256 = ? and row_kind = ?",
      [source.id, file, reading, mapping.rows],
    );
    if (known) {
      ids.push(known.id);
      continue;
    }
    const { id } = await row<{ id: number }>(
      connection,
      `insert into ingest.imports by name
       select (select coalesce(max(import_id), 0) + 1 from ingest.imports)::integer as import_id, ? as source_id, ? as instance,
         ? as record_kind, ? as file, ? as sha256, 0 as bytes, false as compressed, ? as mapping, ? as mapping_file,
         ? as reading_sha256, ? as row_kind, ${literal(receivedAt)}::timestamp as received_at, 0 as records, 0 as accepted,
         0 as quarantined, 0 as inserted, 0 as unchanged, null::timestamp as data_through, ? as stream, false as is_full,
         null::timestamp as exported_at, timestamp '9999-12-31' as ordered_at, true as is_standing, true as is_topic,
         (select coalesce(max(import_id), 0) + 1 from ingest.imports)::integer as arrival
       returning import_id as id`,
      [
        source.id,
        source.instance,
        mapping.record,
        file,
        sha256(source.id, file, reading),
        mapping.name ?? basename(mapping.path),
        basename(mapping.path),
        reading,
        mapping.rows,
        topic,
      ],
    );
    ids.push(id);
  }
  return ids;
}

const sha256 = (...parts: string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex");

/**
 * Writes messages and positions; to be called inside one transaction. Messages below the stored positions are
 * dropped: they have been written before.
 *
 * @param receivedAt UTC text `YYYY-MM-DD HH:MM:SS`; instants after it are quarantined.
 */
export async function storeMessages(
  connection: DuckDBConnection,
  target: StreamTarget,
  messages: readonly StreamMessage[],
  positions: readonly Position[],
  receivedAt: string,
): Promise<StoreCounts> {
  const total: StoreCounts = { records: 0, inserted: 0, quarantined: 0, deletions: 0 };
  if (messages.length > 0) {
    await appendMessages(connection, messages);
    const entries = new Set(messages.map(({ entry }) => entry));
    for (const entry of [...entries].toSorted((a, b) => a - b)) {
      const counts = await storeTopic(connection, target, entry, messages, receivedAt);
      for (const name of Object.keys(total) as (keyof StoreCounts)[]) total[name] += counts[name];
    }
  }
  await writePositions(connection, target.source.id, positions);
  return total;
}

async function storeTopic(
  connection: DuckDBConnection,
  target: StreamTarget,
  entry: number,
  messages: readonly StreamMessage[],
  receivedAt: string,
): Promise<StoreCounts> {
  const { source, keepsPeople } = target;
  const topic = target.topics[entry]!;
  const importId = target.importIds[entry]!;
  const { mapping, header } = topic;
  await openMessages(connection, source.id, entry, topic);
  await refuseKeyless(connection, topic);
  const columns = [...header.map((_, position) => `c${position}`), "record_number"].join(", ");
  const plan = await planBatch(
    connection,
    {
      name: topic.topic,
      header,
      relation: `(select ${columns} from temp.records where action = 'upsert' and refusal is null)`,
      carried: ["record_number"],
    },
    { mapping, zone: source.zone, receivedAt, keepsPeople, span: await spanOf(connection, topic) },
  );
  await connection.run(`create or replace temp table batch as ${plan.select}`);
  await connection.run("create or replace temp view numbered as from temp.batch");
  const { upserts, refused, faulty, deletions, bytes } = (await row<Record<string, number>>(
    connection,
    `select count(*) filter (action = 'upsert' and refusal is null) as upserts, count(*) filter (refusal is not null) as refused,
       (select count(*) from temp.batch where faults <> 0) as faulty,
       count(*) filter (action in ('delete', 'truncate') and refusal is null) as deletions, coalesce(sum(bytes), 0)::bigint as bytes
     from temp.records`,
  )) as { upserts: number; refused: number; faulty: number; deletions: number; bytes: number };
  if (refused + faulty > 0) {
    await writeRefusals(connection, importId, plan, topic.header);
    await keepBytes(
      connection,
      importId,
      source.id,
      messages.filter((message) => message.entry === entry),
    );
  }
  const accepted = upserts - faulty;
  const inserted = accepted > 0 ? await writeObservations(connection, importId, plan, source) : 0;
  if (accepted > 0) await addCoverage(connection, importId, plan, topic);
  if (deletions > 0) await writeDeletions(connection, importId, source, topic);
  const quarantined = refused + faulty;
  await growImport(connection, importId, plan, {
    records: upserts + refused,
    accepted,
    quarantined,
    inserted,
    bytes,
    receivedAt,
  });
  return { records: upserts + refused, inserted, quarantined, deletions };
}

/** Fields whose instants tell one observation of a record from another. */
const INSTANTS = ["observed_at", "updated_at", "occurred_at"];

/**
 * Appends the records of the batch that say what the topic has not said before; of records that carry no instant,
 * those that say something else than the message before them. Returns how many.
 */
async function writeObservations(
  connection: DuckDBConnection,
  importId: number,
  { contract, fields }: BatchPlan,
  source: ImportSource,
): Promise<number> {
  const own = `ingest.${contract.table} where import_id = ${importId}`;
  const isDated = fields.some(({ field }) => INSTANTS.includes(field.name));
  const key = contract.key
    .filter((name) => fields.some(({ field }) => field.name === name))
    .map(identifier)
    .join(", ");
  // Only hashes and numbers are compared; whole rows go straight from one table into the other.
  await connection.run(
    isDated
      ? `create or replace temp table incoming as
         with said as (select min(record_number) as record_number, row_hash from temp.batch where faults = 0 group by row_hash)
         from said anti join (select row_hash from ${own} and row_hash in (select row_hash from said)) as known using (row_hash)`
      : `create or replace temp table incoming as
         with said as (
           select record_number, row_hash, hash(${key}) as record_key, lag(row_hash) over (partition by ${key} order by record_number) as before
           from temp.batch where faults = 0
         ),
         known as (
           select hash(${key}) as record_key, arg_max(row_hash, record_number) as before from ${own}
             and hash(${key}) in (select record_key from said) group by ${key}
         )
         select record_number, row_hash from said left join known using (record_key)
         where row_hash is distinct from coalesce(said.before, known.before)`,
  );
  const columns = filledColumns(fields).map(identifier).join(", ");
  const { rowsChanged } = await connection.run(
    `insert into ingest.${contract.table} by name
     select ${importId}::integer as import_id, record_number, ${literal(source.instance)} as instance,
       ${literal(source.id)} as source_id, row_hash, fold_seconds, ${columns}
     from temp.batch semi join temp.incoming using (record_number) order by record_number`,
  );
  return rowsChanged;
}

/**
 * Earliest and latest instant of the records at hand, give or take an offset. A zone's changes of a century make a
 * statement of a megabyte, which would be planned anew for each transaction.
 */
async function spanOf(
  connection: DuckDBConnection,
  { mapping, header }: StreamTopic,
): Promise<{ from: number; to: number }> {
  const columns = new Map(header.map((name, position) => [name, `c${position}`]));
  const instants = contractOf(mapping.record).fields.flatMap(({ name, type }) => {
    const source = mapping.fields[name];
    if (type !== "instant" || !source) return [];
    const raw = rawSql(source, { columns, missing: mapping.missing });
    const { local, utc } = instantPartsSql(source, identifier(name));
    return [{ raw: `${raw} as ${identifier(name)}`, value: `coalesce(${utc}, ${local})` }];
  });
  if (instants.length === 0) return { from: 0, to: 0 };
  const found = await row<{ from: number | null; to: number | null }>(
    connection,
    `select epoch(least(${instants.map(({ value }) => `min(${value})`).join(", ")}))::bigint as "from",
       epoch(greatest(${instants.map(({ value }) => `max(${value})`).join(", ")}))::bigint as "to"
     from (select ${instants.map(({ raw }) => raw).join(", ")} from temp.records)`,
  );
  return { from: found.from ?? 0, to: found.to ?? 0 };
}

/** SQL of the native id of a record that is gone: from what it was, or from the message's key. */
function goneIdSql({ mapping, header }: StreamTopic): string {
  const field = contractOf(mapping.record).key[0]!;
  const source = mapping.fields[field]!;
  const columns = new Map(header.map((name, position) => [name, `c${position}`]));
  const fromKey = source.columns.map(
    (name) =>
      `json_extract_string(key_document, ${literal(`/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`)})`,
  );
  const raw = rawSql(source, { columns, missing: mapping.missing });
  return `coalesce(${[raw, ...fromKey].join(", ")}, case when key_document is null then message_key end)`;
}

async function refuseKeyless(connection: DuckDBConnection, topic: StreamTopic): Promise<void> {
  await connection.run(
    `update temp.records set refusal = 'no_key' where action = 'delete' and refusal is null and ${goneIdSql(topic)} is null`,
  );
}

async function writeDeletions(
  connection: DuckDBConnection,
  importId: number,
  source: ImportSource,
  topic: StreamTopic,
): Promise<void> {
  await connection.run(
    `insert into ingest.deletions by name
     select ${importId}::integer as import_id, record_number, ${literal(source.instance)} as instance, ${literal(source.id)} as source_id,
       ${literal(topic.mapping.record)} as record_kind, case when action = 'delete' then ${goneIdSql(topic)} end as native_id,
       date_trunc('second', epoch_ms(coalesce(changed_ms, nullif(sent_ms, -1)))) as deleted_at, position as source_sequence
     from temp.records where action in ('delete', 'truncate') and refusal is null order by record_number`,
  );
}

async function writeRefusals(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  header: readonly string[],
): Promise<void> {
  await connection.run(
    `create or replace temp table faulty_lines as
     select record_number, record_number // ${PARTITION_LIMIT} as line from temp.batch where faults <> 0`,
  );
  await connection.run(faultRowsSql(importId, plan, header));
  const expected = Object.entries(EXPECTED).map(
    ([reason, wanted]) => `when ${literal(reason)} then ${literal(wanted)}`,
  );
  await connection.run(
    `insert into ingest.quarantine
     select ${importId}, record_number, records.message_offset, null, null, message_key_value, refusal,
       case refusal ${expected.join(" ")} else 'a record' end, message_text
     from (select *, message_key as message_key_value from temp.records where refusal is not null) as records
     left join temp.messages using (topic, partition_number, message_offset)
     order by record_number`,
  );
}

/** Keeps the bytes of what was refused, whole or for a field, beside where they came from. */
async function keepBytes(
  connection: DuckDBConnection,
  importId: number,
  sourceId: string,
  messages: readonly StreamMessage[],
): Promise<void> {
  const refused = await rows<{ partition: number; offset: number }>(
    connection,
    `select partition_number as partition, message_offset as "offset" from temp.records
     where refusal is not null or record_number in (select record_number from temp.batch where faults <> 0)`,
  );
  const wanted = new Set(refused.map(({ partition, offset }) => `${partition}/${offset}`));
  const rejects = messages
    .filter(({ partition, offset }) => wanted.has(`${partition}/${offset}`))
    .map(({ partition, offset, bytes }) => ({
      number: BigInt(offset) * BigInt(PARTITION_LIMIT) + BigInt(partition),
      bytes: bytes === null ? null : blobValue(bytes),
    }));
  await appendRejectBytes(connection, rejects);
  await connection.run(
    `insert into ingest.stream_rejects
     select ${importId}, record_number, ${literal(sourceId)}, topic, partition_number, message_offset, epoch_ms(nullif(sent_ms, -1)),
       message_key, coalesce(refusal, 'bad_field'), reject_bytes.bytes
     from temp.records join temp.reject_bytes using (record_number) order by record_number`,
  );
}

/** Adds to what the import says of its fields, in a few statements however many they are. */
async function addCoverage(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  { mapping }: StreamTopic,
): Promise<void> {
  const supplied = plan.fields.map(({ field, timeFlag }, position) => {
    const flag = timeFlag === null ? "null" : identifier(`${field.name}_flag`);
    return `{field: ${literal(field.name)}, filled: count(${identifier(field.name)}), ambiguous: count(*) filter (${flag} = 1),
      skipped: count(*) filter (${flag} = 2), unreadable: count(*) filter (softened & (1::bigint << ${position}) <> 0)}`;
  });
  await connection.run(
    `merge into ingest.supplied_fields as known
     using (select ${importId} as import_id, unnest(fields, recursive := true) from (select [${supplied.join(", ")}] as fields from temp.batch where faults = 0)) as new
     on known.import_id = new.import_id and known.field = new.field
     when matched then update set filled = known.filled + new.filled, ambiguous = known.ambiguous + new.ambiguous,
       skipped = known.skipped + new.skipped, unreadable = known.unreadable + new.unreadable
     when not matched then insert (import_id, field, filled, ambiguous, skipped, unreadable)
       values (new.import_id, new.field, new.filled, new.ambiguous, new.skipped, new.unreadable)`,
  );
  const choices = plan.fields.filter(({ field }) => field.type === "choice");
  if (choices.length === 0) return;
  const homeless = choices.map(({ field: { name } }) => {
    const raw = identifier(`${name}_raw`);
    const silent = ["", ...silentWords(mapping, name)].map(literal).join(", ");
    return `case when ${identifier(name)} is null and ${raw} is not null and not list_contains([${silent}], lower(${raw}))
      then {field: ${literal(name)}, value: ${raw}} end`;
  });
  await connection.run(
    `merge into ingest.unmapped_values as known
     using (
       select ${importId} as import_id, word.field as field, word.value as value, count(*) as records
       from (select unnest([${homeless.join(", ")}]) as word from temp.batch where faults = 0) where word is not null group by all
     ) as new
     on known.import_id = new.import_id and known.field = new.field and known.value = new.value
     when matched then update set records = known.records + new.records
     when not matched then insert (import_id, field, value, records) values (new.import_id, new.field, new.value, new.records)`,
  );
}

async function growImport(
  connection: DuckDBConnection,
  importId: number,
  plan: BatchPlan,
  counts: {
    records: number;
    accepted: number;
    quarantined: number;
    inserted: number;
    bytes: number;
    receivedAt: string;
  },
): Promise<void> {
  const { records, accepted, quarantined, inserted, bytes, receivedAt } = counts;
  // The hash stands for all that was said so far: marts are rebuilt when it has changed.
  await connection.run(
    `update ingest.imports set records = records + ${records}, accepted = accepted + ${accepted},
       quarantined = quarantined + ${quarantined}, inserted = inserted + ${inserted},
       unchanged = unchanged + ${accepted - inserted}, bytes = bytes + ${bytes},
       received_at = ${literal(receivedAt)}::timestamp,
       sha256 = sha256(concat_ws(' ', import_id, file, records + ${records}, bytes + ${bytes})),
       data_through = greatest(data_through, ${dataThroughSql(plan)})
     where import_id = ${importId}`,
  );
}
