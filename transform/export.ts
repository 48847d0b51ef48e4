import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { DuckDBConnection } from "@duckdb/node-api";
import {
  Bool,
  Dictionary,
  Float64,
  Int32,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { identifier, literal, rows } from "../ingest/query.ts";
import { type Context, describeContext, type ExportConfig } from "./context.ts";

const compress = promisify(gzip);

interface Column {
  name: string;
  type: string;
}

export interface ExportResult {
  /** Files written, relative to the folder. */
  files: string[];
  skipped: boolean;
}

/** What the marts folder holds, and of which transform run. */
interface Manifest {
  fingerprint: string;
  files: string[];
}

const MANIFEST = "manifest.json";

async function readManifest(folder: string): Promise<Manifest | null> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST), "utf8")) as Manifest;
  } catch {
    return null;
  }
}

/** Arrow types of the SQL types that marts for pages use. */
function arrowType(column: Column, mart: string) {
  if (column.type === "VARCHAR") return new Dictionary(new Utf8(), new Int32());
  if (column.type === "INTEGER") return new Int32();
  if (column.type === "BOOLEAN") return new Bool();
  if (column.type === "DOUBLE") return new Float64();
  throw new Error(
    `mart ${mart}: column ${column.name} is ${column.type}; expected varchar, integer, double or boolean`,
  );
}

/** Words of a closed list leave as text; numbers stay as they are. */
const written = ({ name, type }: Column): string =>
  type.startsWith("ENUM")
    ? `${identifier(name)}::varchar as ${identifier(name)}`
    : identifier(name);

/** For pages, whole numbers wider than a page's own become doubles, exact up to 2^53. */
const selected = (column: Column): string =>
  ["BIGINT", "HUGEINT"].includes(column.type)
    ? `${identifier(column.name)}::double as ${identifier(column.name)}`
    : written(column);

/** One mart as gzipped Arrow IPC; rows and dictionaries in the order of the rows' own values, so bytes repeat. */
async function arrowFile(
  connection: DuckDBConnection,
  mart: string,
  sql: string,
): Promise<Uint8Array> {
  const reader = await connection.runAndReadAll(sql);
  const columns = reader
    .columnNames()
    .map((name, index) => ({ name, type: reader.columnType(index).toString() }));
  const values = reader.getColumnsJS();
  const vectors = columns.map((column, index) => [
    column.name,
    vectorFromArray((values[index] ?? []) as unknown[], arrowType(column, mart)),
  ]);
  const bytes = tableToIPC(new Table(Object.fromEntries(vectors)), "stream");
  return compress(bytes, { level: 6 });
}

/** The rows of a mart that an audience may see: its own, or those of its sites. */
function cutSql(mart: string, columns: readonly Column[], audience: string): string {
  const names = columns.map(({ name }) => name);
  const shown = columns.filter(({ name }) => name !== "audience_id").map(selected);
  const filter = names.includes("audience_id")
    ? `audience_id = ${literal(audience)}`
    : `site_id in (select site_id from reference.audience_sites where audience_id = ${literal(audience)})`;
  return `select ${shown.join(", ")} from marts.${mart} where ${filter} order by all`;
}

async function martColumns(connection: DuckDBConnection): Promise<Map<string, Column[]>> {
  const found = await rows<{ mart: string; name: string; type: string }>(
    connection,
    `select table_name as mart, column_name as name, data_type as type from duckdb_columns()
     where schema_name = 'marts' order by table_name, column_index`,
  );
  const marts = new Map<string, Column[]>();
  for (const { mart, name, type } of found)
    marts.set(mart, [...(marts.get(mart) ?? []), { name, type }]);
  return marts;
}

/**
 * Writes the marts as files: for each audience the rows it may see (Arrow IPC, gzipped, and `context.json`), and all
 * of them as Parquet for other engines. The folder is written beside the old one and takes its place by a rename.
 */
export async function exportMarts(
  connection: DuckDBConnection,
  config: ExportConfig,
  options: { folder: string; fingerprint: string; force?: boolean },
): Promise<ExportResult> {
  const manifest = await readManifest(options.folder);
  if (!options.force && manifest?.fingerprint === options.fingerprint)
    return { files: manifest.files, skipped: true };
  const next = `${options.folder}.next`;
  await rm(next, { recursive: true, force: true });
  const marts = await martColumns(connection);
  const files: string[] = [];
  for (const audience of config.audiences) {
    await mkdir(join(next, audience.id), { recursive: true });
    for (const [mart, columns] of marts) {
      if (!mart.startsWith("mart_")) continue;
      const file = join(audience.id, `${mart}.arrow.gz`);
      await writeFile(
        join(next, file),
        await arrowFile(connection, mart, cutSql(mart, columns, audience.id)),
      );
      files.push(file);
    }
    const context: Context = await describeContext(
      connection,
      config,
      audience,
      options.fingerprint,
    );
    const file = join(audience.id, "context.json");
    await writeFile(join(next, file), `${JSON.stringify(context, null, 1)}\n`);
    files.push(file);
  }
  await mkdir(join(next, "parquet"), { recursive: true });
  for (const [mart, columns] of marts) {
    const file = join("parquet", `${mart}.parquet`);
    await connection.run(
      `copy (select ${columns.map(written).join(", ")} from marts.${mart} order by all) to ${literal(join(next, file))} (format parquet, compression zstd)`,
    );
    files.push(file);
  }
  await writeFile(
    join(next, MANIFEST),
    `${JSON.stringify({ fingerprint: options.fingerprint, files }, null, 1)}\n`,
  );
  await swap(next, options.folder);
  return { files, skipped: false };
}

async function swap(next: string, folder: string): Promise<void> {
  const old = `${folder}.old`;
  await rm(old, { recursive: true, force: true });
  await rename(folder, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(next, folder);
  await rm(old, { recursive: true, force: true });
}
