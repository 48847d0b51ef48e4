/** How the messages of a topic wrap their records. */
export const STREAM_FORMATS = ["json", "servicenow", "debezium", "jira", "cloudevents"] as const;

export type StreamFormat = (typeof STREAM_FORMATS)[number];

/**
 * SQL over `document` (a JSON object, or null for a message without a value), `headers` (JSON or null) and
 * `sent_ms`, that takes the record out of its envelope.
 */
interface Envelope {
  /** JSON text of the record as it is (or was, of one that is gone); null when the message holds none. */
  body: string;
  /** `upsert`, `delete`, `truncate`, or `ignore` for what says nothing of a record. */
  action: string;
  /** The source's table, null when the envelope names none. */
  table: string;
  /** When the source changed it, epoch milliseconds; null when the envelope does not say. */
  changedMs: string;
  /** The source's own order of its changes; null when the envelope has none. */
  position: string;
}

const header = (name: string): string => `json_extract_string(headers, '/${name}')`;
const text = (pointer: string, document = "document"): string =>
  `json_extract_string(${document}, '${pointer}')`;
const json = (pointer: string, document = "document"): string =>
  `json_extract(${document}, '${pointer}')::varchar`;
const whole = (value: string): string => `try_cast(${value} as bigint)`;
const isoMs = (value: string): string => `epoch_ms(try_cast(${value} as timestamptz))`;

/** With Kafka Connect's `schemas.enable` the record lies under `payload`, beside `schema`. */
const CONNECT_PAYLOAD = `case when json_exists(document, '/schema') and json_exists(document, '/payload') then ${json("/payload")} else document end`;

/** MySQL: number of the binary log file and place in it; PostgreSQL: log sequence number; Oracle: system change number. */
const DEBEZIUM_POSITION = `coalesce(
  ${whole(text("/source/lsn", "payload"))},
  ${whole(text("/source/scn", "payload"))},
  ${whole(`regexp_extract(${text("/source/file", "payload")}, '([0-9]+)$', 1)`)} * 4294967296 + ${whole(text("/source/pos", "payload"))},
  ${whole(text("/source/ts_ms", "payload"))})`;

const ENVELOPES: Record<StreamFormat, Envelope> = {
  json: {
    body: CONNECT_PAYLOAD,
    action: "case when document is null then 'delete' else 'upsert' end",
    table: "null::varchar",
    changedMs: "null::bigint",
    position: "null::bigint",
  },
  // Flat records; what happened and to which table is in the headers (Stream Connect for Apache Kafka).
  servicenow: {
    body: CONNECT_PAYLOAD,
    action: `case when document is null or lower(${header("action")}) = 'delete' then 'delete' else 'upsert' end`,
    table: header("table_name"),
    changedMs: whole(header("collection_timestamp_ms")),
    position: "null::bigint",
  },
  // A tombstone after a delete serves compaction alone.
  debezium: {
    body: `case ${text("/op", "payload")} when 'd' then ${json("/before", "payload")} when 't' then null when 'm' then null else ${json("/after", "payload")} end`,
    action: `case when document is null then 'ignore' else case ${text("/op", "payload")} when 'd' then 'delete' when 't' then 'truncate' when 'm' then 'ignore' else 'upsert' end end`,
    table: text("/source/table", "payload"),
    changedMs: whole(text("/source/ts_ms", "payload")),
    position: DEBEZIUM_POSITION,
  },
  jira: {
    body: json("/issue"),
    action: `case when document is null then 'ignore'
      when ${text("/webhookEvent")} = 'jira:issue_deleted' then 'delete'
      when json_exists(document, '/issue') then 'upsert' when json_exists(document, '/webhookEvent') then 'ignore' else 'upsert' end`,
    table: "null::varchar",
    changedMs: whole(text("/timestamp")),
    position: "null::bigint",
  },
  // Binary mode has the attributes in headers, structured mode around the data.
  cloudevents: {
    body: `case when ${header("ce_specversion")} is not null then document else ${json("/data")} end`,
    action: `case when document is null and ${header("ce_specversion")} is null then 'ignore'
      when regexp_matches(coalesce(${header("ce_type")}, ${text("/type")}), '[.]deleted?$') then 'delete' else 'upsert' end`,
    table: `coalesce(${header("ce_source")}, ${text("/source")})`,
    changedMs: `coalesce(${isoMs(header("ce_time"))}, ${isoMs(text("/time"))})`,
    position: "null::bigint",
  },
};

/** SQL of the columns `body`, `action`, `table_name`, `changed_ms` and `position` over `payload`, `document`, `headers`. */
export function envelopeSql(format: StreamFormat): string {
  const { body, action, table, changedMs, position } = ENVELOPES[format];
  return `${body} as body, ${action} as action, ${table} as table_name, ${changedMs} as changed_ms, ${position} as position`;
}

/** SQL of `payload`, what an envelope lies in. */
export const payloadSql = `${CONNECT_PAYLOAD} as payload`;
