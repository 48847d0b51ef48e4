import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { contractOf, RECORD_KINDS } from "../ingest/contract.ts";
import { mappingFileSchema } from "../ingest/mapping.ts";
import type { StandaloneCommand } from "./command.ts";
import { configSchema } from "./config.ts";
import { SCHEMAS_FOLDER } from "./mapping-draft.ts";

/** JSON Schemas of what people write and of the canonical records that streams may bring, by file name. */
export function jsonSchemas(): Record<string, string> {
  const text = (schema: z.ZodType) =>
    `${JSON.stringify(z.toJSONSchema(schema, { io: "input", unrepresentable: "any", target: "draft-7" }), null, 2)}\n`;
  return {
    "vigie.schema.json": text(configSchema),
    "mapping.schema.json": text(mappingFileSchema),
    ...Object.fromEntries(
      RECORD_KINDS.map((kind) => [`record-${kind}.schema.json`, text(contractOf(kind).schema)]),
    ),
  };
}

export const schema: StandaloneCommand = {
  summary: "write the JSON Schemas of vigie.yaml, of mapping files and of canonical records",
  help: "--folder to write elsewhere than into schemas/.",
  options: { folder: { type: "string" } },
  async runAlone({ options }) {
    const folder = resolve(String(options["folder"] ?? SCHEMAS_FOLDER));
    await mkdir(folder, { recursive: true });
    const files = Object.entries(jsonSchemas());
    for (const [name, text] of files) await writeFile(join(folder, name), text);
    return {
      lines: files.map(([name]) => join(folder, name)),
      data: { folder, files: files.map(([name]) => name) },
    };
  },
};
