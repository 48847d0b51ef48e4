import { basename } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { contractOf, type RecordKind } from "./contract.ts";
import { exportInstant } from "./export-instant.ts";
import type { ImportJob, ImportResult } from "./import.ts";
import { landedIn } from "./landing.ts";
import { isSameReading, type StandingImport, standingImports } from "./ledger.ts";
import { loadMapping } from "./mapping.ts";
import { identifier, row } from "./query.ts";
import { settleImports } from "./settle.ts";
import { type IngestOptions, setPseudonymKey } from "./sources.ts";

export interface RemapResult {
  imports: ImportResult[];
  /** Files that the configuration no longer tells how to read: they stay as they were read. */
  unknown: string[];
  /** Canonical records that are there now and were not, that say something else, and that are no more. */
  added: number;
  changed: number;
  removed: number;
  /** Records that were in quarantine and are taken now, net. */
  released: number;
}

/**
 * Reads the landed files again whose mapping, zone or place in the order of exports says something else now, in one
 * transaction.
 *
 * @param options.onlyRejects only files with records in quarantine.
 * @throws when a file cannot be read again; nothing is changed then.
 */
export async function remap(
  connection: DuckDBConnection,
  options: Pick<IngestOptions, "sources" | "landingFolder" | "pseudonymKey"> & {
    onlyRejects?: boolean;
  },
): Promise<RemapResult> {
  await setPseudonymKey(connection, options.pseudonymKey);
  const findLanded = landedIn(options.landingFolder);
  const unknown: string[] = [];
  const jobs: ImportJob[] = [];
  let quarantined = 0;
  const where = `not is_topic${options.onlyRejects ? " and quarantined > 0" : ""}`;
  for (const standing of await standingImports(connection, where)) {
    const job = await jobOf(connection, standing, options);
    if (job === null) unknown.push(standing.file);
    if (!job || isSameReading(standing, job)) continue;
    quarantined += standing.quarantined;
    jobs.push({ ...job, file: await findLanded(fileOf(standing), job.mapping) });
  }
  if (jobs.length === 0)
    return { imports: [], unknown, added: 0, changed: 0, removed: 0, released: 0 };
  const kinds = [...new Set(jobs.map(({ mapping }) => mapping.record))];
  await keepContents(connection, kinds);
  let imports: ImportResult[];
  try {
    imports = await settleImports(connection, jobs, findLanded);
  } finally {
    for (const { file } of jobs) await file.release();
  }
  const difference = await countDifference(connection, kinds);
  const still = imports.reduce((sum, file) => sum + file.quarantined, 0);
  return { imports, unknown, ...difference, released: quarantined - still };
}

const fileOf = ({ file, sha256 }: StandingImport) => ({ name: file, sha256 });

/** How the configuration reads a landed file today; null when it names no such input any more. */
async function jobOf(
  connection: DuckDBConnection,
  standing: StandingImport,
  { sources, pseudonymKey }: Pick<IngestOptions, "sources" | "pseudonymKey">,
): Promise<Omit<ImportJob, "file"> | null> {
  const source = sources.find(({ id }) => id === standing.sourceId);
  if (!source) return null;
  const mapped = await Promise.all(
    source.inputs.map(async (input) => ({ input, mapping: await loadMapping(input.mapping) })),
  );
  const same = mapped.filter(({ mapping }) => basename(mapping.path) === standing.mappingFile);
  const found = same.find(({ input }) => input.pattern === standing.stream) ?? same[0];
  if (!found) return null;
  const { input, mapping } = found;
  return {
    source,
    mapping,
    keepsPeople: pseudonymKey !== null,
    receivedAt: standing.receivedAt,
    stream: input.pattern,
    isFull: input.isFull ?? false,
    exportedAt: await exportInstant(
      connection,
      standing.file,
      input.exportedAt ?? null,
      source.zone,
    ),
    maxRejects: input.maxRejects ?? null,
  };
}

function contentsSql(kind: RecordKind): string {
  const { table, key, fields } = contractOf(kind);
  const keys = key.map((name) => `coalesce(${identifier(name)}::varchar, '')`).join(", ");
  const contents = fields.map(({ name }) => identifier(name)).join(", ");
  return `select concat_ws(chr(31), '${kind}', instance, ${keys}) as record, bit_xor(hash(${contents})) as content
    from ingest.current_${table} where not is_gone group by record`;
}

async function keepContents(
  connection: DuckDBConnection,
  kinds: readonly RecordKind[],
): Promise<void> {
  await connection.run(
    `create or replace temp table contents as ${kinds.map(contentsSql).join(" union all ")}`,
  );
}

async function countDifference(connection: DuckDBConnection, kinds: readonly RecordKind[]) {
  return row<{ added: number; changed: number; removed: number }>(
    connection,
    `select count(*) filter (old.record is null) as added, count(*) filter (new.record is null) as removed,
       count(*) filter (old.content <> new.content) as changed
     from temp.contents as old full join (${kinds.map(contentsSql).join(" union all ")}) as new on new.record = old.record`,
  );
}
