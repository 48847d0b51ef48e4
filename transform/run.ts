import { createHash } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DuckDBConnection } from "@duckdb/node-api";
import { row, rows, transaction } from "../ingest/query.ts";
import { buildFamilyState, nextLedger } from "./family-state.ts";
import { loadMetrics } from "./metrics.ts";
import { loadModels, type Model } from "./model.ts";
import { buildNeutralisations } from "./neutralisation.ts";
import { buildReference, nameParties, type TransformConfig } from "./reference.ts";
import { replaceFile } from "./state-csv.ts";
import { buildTable } from "./table-model.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

export interface ModelTiming {
  model: string;
  rows: number;
  seconds: number;
}

export interface TransformResult {
  /** Hash of inputs, configuration, state and models: the same fingerprint means the same figures. */
  fingerprint: string;
  /** True when nothing had changed and nothing was rebuilt. */
  skipped: boolean;
  models: ModelTiming[];
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/**
 * Hash of everything the marts depend on: the import ledger, the configuration, the durable state and this room's own
 * sources. The clock is not among them.
 */
export async function transformFingerprint(
  connection: DuckDBConnection,
  options: { configFingerprint: string; stateFolder: string },
  /** A file of the state as it is about to be written. */
  written?: { path: string; text: string },
): Promise<string> {
  const hash = createHash("sha256").update(options.configFingerprint);
  const { version } = await row<{ version: string }>(connection, "select version() as version");
  hash.update(version);
  const imports = await rows(
    connection,
    "select import_id, source_id, sha256, reading_sha256, received_at::varchar as received_at from ingest.imports order by import_id",
  );
  hash.update(JSON.stringify(imports));
  for (const file of await filesOf(HERE)) hash.update(await readFile(file));
  const state = new Set(await filesOf(options.stateFolder));
  if (written) state.add(written.path);
  for (const file of [...state].toSorted())
    hash.update(file === written?.path ? written.text : await readFile(file));
  return hash.digest("hex");
}

/**
 * Rebuilds every relation from the canonical records. Working layers are replaced one by one; the marts are written
 * into a new schema and take the place of the old ones in one transaction, so that a failure leaves the old marts.
 *
 * @throws with the name of the model that failed, or when two commitments tie for a ticket.
 */
export async function transform(
  connection: DuckDBConnection,
  config: TransformConfig,
  options: {
    configFingerprint: string;
    stateFolder: string;
    /** Rebuild even when nothing has changed. */
    force?: boolean;
    onModel?: (timing: ModelTiming) => void;
  },
): Promise<TransformResult> {
  const fingerprint = await transformFingerprint(connection, options);
  await connection.run(
    "create table if not exists ingest.transform_runs (fingerprint varchar not null)",
  );
  const last = await rows<{ fingerprint: string }>(
    connection,
    "select fingerprint from ingest.transform_runs",
  );
  if (!options.force && last[0]?.fingerprint === fingerprint) {
    return { fingerprint, skipped: true, models: [] };
  }
  await connection.run(await readFile(new URL("macros.sql", import.meta.url), "utf8"));
  await connection.run("create schema if not exists reference");
  await buildNeutralisations(connection, options.stateFolder, config.commitments);
  await buildReference(connection, config, await loadMetrics());
  await buildFamilyState(connection, options.stateFolder);
  const models = await loadModels(connection);
  const timings: ModelTiming[] = [];
  const build = async (model: Model) => {
    const timing = await buildModel(connection, model);
    timings.push(timing);
    options.onModel?.(timing);
    if (model.id === "intermediate.int_ticket_changes") await nameParties(connection);
    if (model.id === "intermediate.int_clocks") await refuseTies(connection);
  };
  for (const layer of ["staging", "intermediate"]) {
    await connection.run(`drop schema if exists ${layer} cascade`);
    await connection.run(`create schema ${layer}`);
  }
  for (const model of models) if (model.layer !== "marts") await build(model);
  // What the run adds to the ledger is an input of the next: its fingerprint is that of the state it leaves behind.
  const ledger = await nextLedger(connection, options.stateFolder);
  const after =
    ledger.entries > 0 ? await transformFingerprint(connection, options, ledger) : fingerprint;
  await transaction(connection, async () => {
    await connection.run("drop schema if exists marts cascade");
    await connection.run("create schema marts");
    for (const model of models) if (model.layer === "marts") await build(model);
    await connection.run("delete from ingest.transform_runs");
    await connection.run("insert into ingest.transform_runs values (?)", [after]);
  });
  if (ledger.entries > 0) {
    await mkdir(options.stateFolder, { recursive: true });
    await replaceFile(ledger.path, ledger.text);
  }
  await connection.run("checkpoint");
  return { fingerprint: after, skipped: false, models: timings };
}

/** Creates the relation of one model. @throws with its name and grain. */
export async function buildModel(connection: DuckDBConnection, model: Model): Promise<ModelTiming> {
  const started = performance.now();
  try {
    if (model.table) await buildTable(connection, model.id, model.table);
    else await connection.run(`create table ${model.id} as ${model.sql}`);
  } catch (error) {
    throw new Error(
      `model ${model.id} failed: ${(error as Error).message.split("\n")[0]}; expected ${model.grain}`,
      {
        cause: error,
      },
    );
  }
  const { size } = await row<{ size: number }>(
    connection,
    `select count(*) as size from ${model.id}`,
  );
  return { model: model.id, rows: size, seconds: (performance.now() - started) / 1000 };
}

/** Two commitments of equal reach over one ticket are a fault of the configuration (DEFINITIONS 9). */
async function refuseTies(connection: DuckDBConnection): Promise<void> {
  const [tie] = await rows<{ clock: string; ids: string; tickets: number }>(
    connection,
    `select clock, string_agg(distinct commitment_id, ' and ' order by commitment_id) as ids, count(distinct ticket_key) as tickets
     from (select clocks.clock, commitment_id, ticket_key from intermediate.int_clocks as clocks join reference.commitments using (commitment_key) where ties > 1)
     group by clock order by clock`,
  );
  if (!tie) return;
  throw new Error(
    `commitments tie for ${tie.tickets} tickets on the ${tie.clock} clock: ${tie.ids}; expected one of them to have the narrower scope`,
  );
}
