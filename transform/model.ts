import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { DuckDBConnection } from "@duckdb/node-api";
import { literal, row } from "../ingest/query.ts";
import type { TableModel } from "./table-model.ts";

export const LAYERS = ["staging", "intermediate", "marts"] as const;

export type Layer = (typeof LAYERS)[number];

/**
 * One relation of the warehouse: a `.sql` select whose first line states its grain, or, where SQL cannot say it, a `.ts`
 * file that exports a `TableModel` as `model`.
 */
export interface Model {
  layer: Layer;
  name: string;
  /** `layer.name` */
  id: string;
  /** The select; empty for a function. */
  sql: string;
  table?: TableModel;
  /** What one row is, from line one. */
  grain: string;
  /** Relations it reads, as `schema.name`. */
  reads: string[];
}

const MODELS = fileURLToPath(new URL("models", import.meta.url));

function grainOf(id: string, sql: string): string {
  const grain = /^-- grain: (.+)/.exec(sql)?.[1];
  if (!grain)
    throw new Error(
      `model ${id}: no grain; expected its first line to be "-- grain: one row per …"`,
    );
  return grain;
}

function collectTables(node: unknown, found: Set<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) collectTables(item, found);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const { type, schema_name: schema, table_name: table } = node as Record<string, unknown>;
  if (type === "BASE_TABLE" && typeof schema === "string" && schema !== "")
    found.add(`${schema}.${String(table)}`);
  for (const value of Object.values(node)) collectTables(value, found);
}

/** Relations that a select names with their schema, from DuckDB's own parse tree; CTEs carry no schema. */
export async function readsOf(
  connection: DuckDBConnection,
  id: string,
  sql: string,
): Promise<string[]> {
  const { tree } = await row<{ tree: string }>(
    connection,
    `select json_serialize_sql(${literal(sql)})::varchar as tree`,
  );
  const parsed = JSON.parse(tree) as { error: boolean; error_message?: string };
  if (parsed.error) throw new Error(`model ${id}: ${parsed.error_message}; expected one select`);
  const found = new Set<string>();
  collectTables(parsed, found);
  return [...found].toSorted();
}

/** Staging is the clean face of `ingest`: nothing after it reads the canonical tables themselves. */
const READABLE: Record<Layer, readonly string[]> = {
  staging: ["ingest", "reference", "staging"],
  intermediate: ["reference", "staging", "intermediate"],
  marts: ["reference", "staging", "intermediate", "marts"],
};

async function loadModel(connection: DuckDBConnection, layer: Layer, path: string): Promise<Model> {
  const extension = extname(path);
  const name = basename(path, extension);
  const id = `${layer}.${name}`;
  if (extension === ".sql") {
    const sql = await readFile(path, "utf8");
    return {
      layer,
      name,
      id,
      sql,
      grain: grainOf(id, sql),
      reads: await readsOf(connection, id, sql),
    };
  }
  if (extension !== ".ts") throw new Error(`model ${id}: file ${path}; expected .sql or .ts`);
  const { model: table } = (await import(pathToFileURL(path).href)) as { model?: TableModel };
  if (!table) throw new Error(`model ${id}: no export; expected a table model named "model"`);
  return {
    layer,
    name,
    id,
    sql: "",
    table,
    grain: table.grain,
    reads: Object.keys(table.reads).toSorted(),
  };
}

/** Every model, in an order in which each comes after those it reads. */
export async function loadModels(connection: DuckDBConnection, folder = MODELS): Promise<Model[]> {
  const models: Model[] = [];
  for (const layer of LAYERS) {
    for (const file of (await readdir(join(folder, layer))).toSorted()) {
      const model = await loadModel(connection, layer, join(folder, layer, file));
      const wrong = model.reads.find((read) => !READABLE[layer].includes(read.split(".")[0]!));
      if (wrong)
        throw new Error(
          `model ${model.id}: reads ${wrong}; expected only ${READABLE[layer].join(", ")}`,
        );
      models.push(model);
    }
  }
  return inOrder(models);
}

/** Depth-first order by references; a circle is named. */
export function inOrder(models: readonly Model[]): Model[] {
  const byId = new Map(models.map((model) => [model.id, model]));
  const ordered: Model[] = [];
  const states = new Map<string, "open" | "done">();
  const visit = (model: Model, path: readonly string[]) => {
    if (states.get(model.id) === "done") return;
    if (states.get(model.id) === "open") {
      throw new Error(
        `models read each other in a circle: ${[...path, model.id].join(" → ")}; expected none`,
      );
    }
    states.set(model.id, "open");
    for (const id of model.reads) {
      const read = byId.get(id);
      if (!read && LAYERS.includes(id.split(".")[0] as Layer)) {
        throw new Error(`model ${model.id}: reads ${id}; expected a model of that name`);
      }
      if (read) visit(read, [...path, model.id]);
    }
    states.set(model.id, "done");
    ordered.push(model);
  };
  for (const model of models) visit(model, []);
  return ordered;
}
