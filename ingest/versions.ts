import type { DuckDBConnection } from "@duckdb/node-api";
import { type BatchPlan, filledColumns } from "./batch.ts";
import type { Contract } from "./contract.ts";
import type { ImportSource } from "./ledger.ts";
import { identifier, literal, row, rows } from "./query.ts";
import { sqlType } from "./warehouse.ts";

/** Fields that tell one observation of a record from another, beside its key. */
const OBSERVATION_FIELDS = ["observed_at", "updated_at", "source_sequence"];

/** The fields that name one version of a record: its key and, where there are any, the instants and order it carries. */
export const versionFields = (contract: Contract): string[] => [
  ...contract.key,
  ...OBSERVATION_FIELDS.filter(
    (name) => !contract.key.includes(name) && contract.fields.some((field) => field.name === name),
  ),
];

/**
 * Hash of the version that a row is of. Two versions that share it by chance are at worst written once more: what is
 * compared is the hash of their whole rows.
 */
function versionSql(plan: BatchPlan, isIncoming: boolean): string {
  const filled = new Set(filledColumns(plan.fields));
  const parts = versionFields(plan.contract).map((name) => {
    const type = sqlType(plan.contract.fields.find((field) => field.name === name)!);
    return `${isIncoming && !filled.has(name) ? "null" : identifier(name)}::${type}`;
  });
  return `hash(${parts.join(", ")})`;
}

/** Text of a record's key, as `ingest.presences` writes it. */
export const keyTextSql = (contract: Contract, filled: ReadonlySet<string>, from: string): string =>
  `concat_ws(chr(31), ${contract.key
    .map((name) => (filled.has(name) ? `coalesce(${from}.${identifier(name)}::varchar, '')` : "''"))
    .join(", ")})`;

/** Where an import stands among the others. */
export interface Place {
  importId: number;
  source: ImportSource;
  /** Standing imports of the same instance and kind of record whose place it takes, as a list of ids. */
  earlier: readonly number[];
  /** Standing imports of which nothing says whether they are earlier or later. */
  unordered: readonly { importId: number; file: string }[];
  file: string;
}

const idList = (ids: readonly number[]): string => `[${ids.join(", ")}]::integer[]`;

/**
 * Appends the versions that say something else than the import before them; older ones are kept.
 *
 * @returns how many rows were appended, and whether one of them takes the place of an earlier version.
 * @throws when a record differs from that of another file, and nothing tells which is the later.
 */
export async function writeVersions(
  connection: DuckDBConnection,
  plan: BatchPlan,
  place: Place,
): Promise<{ inserted: number; hasReplaced: boolean }> {
  // Only hashes and numbers go through joins and sorts; whole rows go straight from one table into the other. Written
  // twice in one file, a record counts once; the first place is kept.
  await connection.run(
    `create or replace temp table incoming as
     select min(record_number) as record_number, row_hash, any_value(version) as version
     from (select record_number, row_hash, ${versionSql(plan, true)} as version from numbered where faults = 0)
     group by row_hash`,
  );
  const hasKnown = place.earlier.length + place.unordered.length > 0;
  const changed = hasKnown ? await findChanged(connection, plan, place) : null;
  const columns = filledColumns(plan.fields).map(identifier);
  const { rowsChanged } = await connection.run(
    `insert into ingest.${plan.contract.table} by name
     select ${place.importId}::integer as import_id, record_number, ${literal(place.source.instance)} as instance,
       ${literal(place.source.id)} as source_id, row_hash, fold_seconds, ${columns.join(", ")}
     from numbered ${await chosenSql(connection, changed !== null)}`,
  );
  return { inserted: rowsChanged, hasReplaced: changed?.hasReplaced ?? false };
}

/** Joins the records to write with the rows of the batch by the shorter list: of those chosen, or of those left out. */
async function chosenSql(connection: DuckDBConnection, isCompared: boolean): Promise<string> {
  const good = "select record_number from numbered where faults = 0";
  await connection.run(
    `create or replace temp table chosen as
     select record_number from temp.incoming ${isCompared ? "semi join temp.changed using (version)" : ""}`,
  );
  const { chosen, all } = await row<{ chosen: number; all: number }>(
    connection,
    `select (select count(*) from temp.chosen) as chosen, (select count(*) from (${good})) as "all"`,
  );
  if (chosen === all) return "where faults = 0";
  if (chosen * 2 < all) return "semi join temp.chosen using (record_number) where faults = 0";
  await connection.run(
    `create or replace temp table left_out as ${good} except select record_number from temp.chosen`,
  );
  return "anti join temp.left_out using (record_number) where faults = 0";
}

/** Rows of one version, as one hash: the same rows in any order give the same. */
const groupSql = (relation: string): string =>
  `select version, bit_xor(row_hash) as content from ${relation} group by version`;

/** Makes the table `changed` of the versions that differ from what stood before. */
async function findChanged(
  connection: DuckDBConnection,
  plan: BatchPlan,
  place: Place,
): Promise<{ hasReplaced: boolean }> {
  const known = (ids: readonly number[]) =>
    `select version, import_rank, bit_xor(row_hash) as content
     from (select ${versionSql(plan, false)} as version, row_hash, import_id from ingest.${plan.contract.table}
       where instance = ${literal(place.source.instance)} and list_contains(${idList(ids)}, import_id))
     join ingest.standing_imports using (import_id)
     group by version, import_rank`;
  await connection.run(
    `create or replace temp table changed as
     select incoming.version, before.version is not null as is_replacing
     from (${groupSql("temp.incoming")}) as incoming
     left join (select version, arg_max(content, import_rank) as content from (${known(place.earlier)}) group by version) as before
       on before.version = incoming.version
     where before.content is distinct from incoming.content`,
  );
  if (place.unordered.length > 0) await refuseUnordered(connection, plan, place, known);
  const { hasReplaced } = await row<{ hasReplaced: boolean }>(
    connection,
    `select coalesce(bool_or(is_replacing), false) as "hasReplaced" from temp.changed`,
  );
  return { hasReplaced };
}

async function refuseUnordered(
  connection: DuckDBConnection,
  plan: BatchPlan,
  place: Place,
  known: (ids: readonly number[]) => string,
): Promise<void> {
  const ids = place.unordered.map(({ importId }) => importId);
  const first = identifier(plan.contract.key[0]!);
  const [clash] = await rows<{ importId: number; records: number; first: string }>(
    connection,
    `select import_id as "importId", count(*) as records, min(${first}) as first
     from (${groupSql("temp.incoming")}) as incoming
     join (${known(ids)}) as other on other.version = incoming.version and other.content <> incoming.content
     join ingest.standing_imports using (import_rank)
     join (select version, min(${first}) as ${first} from temp.incoming join numbered using (record_number) group by version) as named on named.version = incoming.version
     group by import_id order by import_id limit 1`,
  );
  if (!clash) return;
  const other = place.unordered.find(({ importId }) => importId === clash.importId)!.file;
  throw new Error(
    `cannot import ${place.file}: ${clash.records} of its records differ from those of ${other}, first ${clash.first}, and nothing says which export is the later; expected exported_at on the input, or a mapping of updated_at`,
  );
}
