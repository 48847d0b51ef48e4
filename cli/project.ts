import { mkdir } from "node:fs/promises";
import { fixedFolder } from "../ingest/inbox.ts";
import { confine, openWarehouse, type Warehouse } from "../ingest/warehouse.ts";
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

/** Receipt of an import: now, UTC, to the second. The only clock of the pipeline. */
export const receiptNow = (): string => new Date().toISOString().slice(0, 19).replace("T", " ");

/** A count with its noun, for progress lines. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;
