import type { DuckDBConnection } from "@duckdb/node-api";
import { type BatchPlan, filledColumns } from "./batch.ts";
import { literal } from "./query.ts";
import { keyTextSql } from "./versions.ts";

/** A full export among those of its input. */
export interface FullExport {
  importId: number;
  instance: string;
  stream: string;
  /** Standing full exports of the same input that come before it. */
  earlier: readonly number[];
}

/**
 * Notes what a full export says by its silence: the records that it no longer shows, those that it shows again, and
 * those that it is the first of its input to show although others had told of them. A record in quarantine is shown.
 */
export async function writePresences(
  connection: DuckDBConnection,
  plan: BatchPlan,
  full: FullExport,
): Promise<void> {
  const { contract } = plan;
  const every = new Set(contract.key);
  const filled = new Set(filledColumns(plan.fields));
  const earlier = `list_contains([${full.earlier.join(", ")}]::integer[], import_id)`;
  await connection.run(
    `insert into ingest.presences
     with shown as (select distinct ${keyTextSql(contract, filled, "batch")} as record_key from temp.batch),
     written as (select distinct ${keyTextSql(contract, every, "records")} as record_key
       from ingest.${contract.table} as records where import_id = ${full.importId}),
     noted as (select record_key, arg_max(is_present, import_rank) as is_present
       from ingest.presences join ingest.standing_imports using (import_id)
       where ${earlier} and presences.record_kind = ${literal(contract.kind)} group by record_key),
     known as (
       select distinct ${keyTextSql(contract, every, "records")} as record_key from ingest.${contract.table} as records where ${earlier}
       union select record_key from noted),
     -- A line that could not be cut into columns still shows the record that it names.
     torn as (select raw from ingest.quarantine where import_id = ${full.importId} and field is null),
     said as (
       select record_key, false as is_present from known
       where not exists (from shown where shown.record_key = known.record_key)
         and not exists (from noted where noted.record_key = known.record_key and not noted.is_present)
         and not exists (from torn where contains(torn.raw, split_part(known.record_key, chr(31), 1)))
       union all
       select record_key, true from noted where not is_present and exists (from shown where shown.record_key = noted.record_key)
       union all
       select record_key, true from shown
       where not exists (from known where known.record_key = shown.record_key)
         and not exists (from written where written.record_key = shown.record_key)
     )
     select ${full.importId}, ${literal(full.instance)}, ${literal(contract.kind)}, ${literal(full.stream)}, record_key, is_present
     from said order by record_key`,
  );
}
