import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { configFingerprint, loadConfig, storageIn, type Config } from "../cli/config.ts";
import { ingestSources, type IngestResult } from "../ingest/sources.ts";
import { openWarehouse, type Warehouse } from "../ingest/warehouse.ts";
import { exportMarts } from "../transform/export.ts";
import { transform } from "../transform/run.ts";

/** Receipt of every import in the tests: after the sample's last instant. */
export const RECEIVED_AT = "2026-11-02 08:00:00";

/** The configuration at `path`, with everything it writes moved to `folder`. */
export async function configIn(path: string, folder: string): Promise<Config> {
  const config = await loadConfig(path);
  return { ...config, storage: storageIn(folder) };
}

/** Imports what a configuration names; people are kept under a key of the tests. */
export function ingestAll(
  warehouse: Warehouse,
  config: Config,
  options: { pseudonymKey?: string | null; receivedAt?: string } = {},
): Promise<IngestResult> {
  return ingestSources(warehouse.connection, {
    sources: config.sources,
    folder: config.folder,
    landingFolder: config.storage.landing,
    pseudonymKey: options.pseudonymKey === undefined ? "key of the tests" : options.pseudonymKey,
    receivedAt: options.receivedAt ?? RECEIVED_AT,
  });
}

/** Rebuilds the marts of a warehouse. */
export function transformAll(
  warehouse: Warehouse,
  config: Config,
  options: { force?: boolean } = {},
) {
  return transform(warehouse.connection, config, {
    ...options,
    configFingerprint: configFingerprint(config),
    stateFolder: config.storage.state,
  });
}

/** The whole way of one configuration up to the exported marts, in a folder of its own. */
export async function prepare(configPath: string, folder: string): Promise<void> {
  const config = await configIn(resolve(configPath), folder);
  using warehouse = await openWarehouse(config.storage.warehouse, config.engine);
  await ingestAll(warehouse, config);
  const { fingerprint } = await transformAll(warehouse, config);
  await exportMarts(warehouse.connection, config, { folder: config.storage.marts, fingerprint });
}

/**
 * Imports and transforms a project given as files by name, `vigie.yaml` among them. The warehouse is the caller's to
 * close.
 */
export async function transformFiles(
  files: Readonly<Record<string, string>>,
  folder: string,
): Promise<Warehouse> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const config = await configIn(join(folder, "vigie.yaml"), folder);
  const warehouse = await openWarehouse(config.storage.warehouse);
  try {
    await ingestAll(warehouse, config);
    await transformAll(warehouse, config);
  } catch (error) {
    warehouse[Symbol.dispose]();
    throw error;
  }
  return warehouse;
}

/** A folder that goes with the `using` block. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "vigie-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
