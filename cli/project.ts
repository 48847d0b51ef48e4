import { mkdir, stat } from "node:fs/promises";
import { fixedFolder } from "../ingest/inbox.ts";
import {
  confine,
  openSnapshot,
  openWarehouse,
  type Warehouse,
  WarehouseInUse,
} from "../ingest/warehouse.ts";
import type { CommandContext } from "./command.ts";
import type { Config } from "./config.ts";

/** Opens the warehouse of a configuration; the engine can then reach its sources and its own folder, nothing else. */
export async function openProject(config: Config): Promise<Warehouse> {
  await mkdir(config.storage.state, { recursive: true });
  const warehouse = await openWarehouse(config.storage.warehouse, config.engine);
  try {
    const paths = config.sources.flatMap(({ inputs }) => inputs.map(({ path }) => path));
    const folders = new Set([config.storage.folder, ...paths.map(fixedFolder)]);
    await confine(warehouse.connection, [...folders]);
    return warehouse;
  } catch (error) {
    warehouse[Symbol.dispose]();
    throw error;
  }
}

/**
 * Opens the warehouse for a command that only reads. While a stream holds it, the last snapshot that the stream took is
 * read, and its instant said.
 */
export async function openToRead({
  config,
  warn,
}: Pick<CommandContext, "config" | "warn">): Promise<Warehouse> {
  try {
    return await openProject(config);
  } catch (error) {
    if (!(error instanceof WarehouseInUse)) throw error;
    const taken = await stat(config.storage.snapshot).catch(() => null);
    if (!taken) throw error;
    const instant = `${taken.mtime.toISOString().slice(0, 19)}Z`;
    warn(`the warehouse is in use by a stream: this is its snapshot of ${instant}`);
    const warehouse = await openSnapshot(config.storage.snapshot, config.engine);
    await confine(warehouse.connection, [config.storage.folder]);
    return warehouse;
  }
}

/** Receipt of an import: now, UTC, to the second. The only clock of the pipeline. */
export const receiptNow = (): string => new Date().toISOString().slice(0, 19).replace("T", " ");

/** A count with its noun, for progress lines. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;
