import type { DuckDBConnection } from "@duckdb/node-api";
import { rows } from "../../ingest/query.ts";

const TABLES = {
  tickets: "*",
  quarantine: "*",
  stream_rejects: "*",
  deletions: "*",
  stream_positions: "*",
  stream_gaps: "*",
  supplied_fields: "*",
  unmapped_values: "*",
  imports: "* exclude (received_at)",
};

/** Every table of a stream as a count and a hash of all its rows. */
export async function contentsOf(connection: DuckDBConnection): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [table, columns] of Object.entries(TABLES)) {
    [found[table]] = await rows(
      connection,
      `select count(*) as rows, md5(coalesce(string_agg(line, chr(10) order by line), '')) as hash
       from (select (t)::varchar as line from (select ${columns} from ingest.${table}) as t)`,
    );
  }
  return found;
}
