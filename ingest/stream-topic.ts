import { contractOf, type RecordKind } from "./contract.ts";
import type { FieldSource, Mapping } from "./mapping.ts";
import { loadMapping } from "./mapping.ts";
import type { StreamOrder, TopicSettings } from "./stream-config.ts";
import type { StreamFormat } from "./stream-format.ts";

/** One topic of a stream and how its messages become records. */
export interface StreamTopic {
  topic: string;
  format: StreamFormat;
  mapping: Mapping;
  /** Columns that the mapping reads. */
  header: string[];
  /** Table whose messages are taken; null for all. */
  table: string | null;
  /** Column that the message's key repeats, maybe after a prefix; null when that is not checked. */
  key: string | null;
  /** True when values follow the id of their schema in a registry. */
  isFramed: boolean;
  /** Names that a canonical record may have; null where a mapping takes what it needs. */
  fields: string[] | null;
}

/** The mapping of canonical records: every field from the member of its name. */
function canonicalMapping(record: RecordKind): Mapping {
  const fields: Record<string, FieldSource> = {};
  for (const { name } of contractOf(record).fields) fields[name] = { columns: [name], formats: [] };
  // An observation has an instant: that of its message, where the record says none.
  fields["observed_at"]?.columns.push("@undated_at");
  return {
    path: `canonical-${record}`,
    record,
    name: `canonical ${record}`,
    rows: "history",
    dialect: {
      separator: null,
      quote: null,
      encoding: null,
      skipLines: null,
      sheet: null,
      member: null,
    },
    missing: [""],
    lenient: [],
    fields,
    lookups: {},
  };
}

/** Fields that the envelope or the message fills where the mapping leaves them. */
function addOrder(mapping: Mapping, format: StreamFormat, order: StreamOrder): Mapping {
  const names = new Set(contractOf(mapping.record).fields.map(({ name }) => name));
  const fields = { ...mapping.fields };
  const isDated = fields["observed_at"] !== undefined || fields["updated_at"] !== undefined;
  if (names.has("observed_at") && !isDated) {
    fields["observed_at"] = { columns: ["@changed_at"], formats: [] };
  }
  if (names.has("source_sequence") && order === "source_position") {
    fields["source_sequence"] ??= { columns: ["@position"], formats: [] };
  }
  return { ...mapping, fields, rows: mapping.record === "ticket" ? "history" : mapping.rows };
}

/** Reads the mapping of a topic. Throws ConfigError with every fault and its line. */
export async function loadTopic(settings: TopicSettings, order: StreamOrder): Promise<StreamTopic> {
  const { topic, format, table, key, encoding } = settings;
  const given =
    settings.mapping === null
      ? canonicalMapping(settings.record!)
      : await loadMapping(settings.mapping);
  const mapping = addOrder(given, format, order);
  const header = [...new Set(Object.values(mapping.fields).flatMap(({ columns }) => columns))];
  const fields = settings.mapping === null ? Object.keys(given.fields) : null;
  const isFramed = encoding === "registry";
  return { topic, format, mapping, header, table, key, isFramed, fields };
}
