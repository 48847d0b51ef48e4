import type { DuckDBConnection } from "@duckdb/node-api";
import { type Row, rows } from "./query.ts";

/** Columns of the list of rejects, in the order in which they are written. */
export const REJECT_COLUMNS = [
  "source",
  "file",
  "line",
  "column",
  "value",
  "reason",
  "expected",
  "record",
] as const;

/** Rejects of one file, column and reason. */
export interface RejectGroup {
  source: string;
  file: string;
  column: string;
  reason: string;
  expected: string;
  records: number;
  firstLine: number;
  /** The value that is wrong most often. */
  example: string;
}

const FROM = `from ingest.quarantine join ingest.standing_imports as imports using (import_id)
  where ($1 = '' or source_id = $1) and ($2 = '' or file = $2)`;

/** Which rejects: of one source, of one file; empty text for all. */
export interface RejectScope {
  source: string;
  file: string;
}

/** The rejects that stand, grouped by file, column and reason, the most frequent first. */
export async function groupRejects(
  connection: DuckDBConnection,
  { source, file }: RejectScope,
): Promise<RejectGroup[]> {
  return rows<RejectGroup>(
    connection,
    `select source_id as source, file, coalesce(column_name, '') as "column", reason, min(expected) as expected,
       count(distinct (import_id, record_number)) as records, min(line) as "firstLine",
       left(coalesce(mode(coalesce(value, raw) order by coalesce(value, raw)), ''), 80) as example
     ${FROM} group by all order by records desc, source, file, "column", reason`,
    [source, file],
  );
}

/** Every reject that stands, a row a fault, as text: source, file, line, column, value, reason, what was expected, record. */
export async function listRejects(
  connection: DuckDBConnection,
  { source, file }: RejectScope,
): Promise<Row[]> {
  return rows(
    connection,
    `select source_id as source, file, line::varchar as line, coalesce(column_name, '') as "column", coalesce(value, '') as value,
       reason, expected, coalesce(raw, '') as record
     ${FROM} order by source, file, quarantine.line, "column"`,
    [source, file],
  );
}
