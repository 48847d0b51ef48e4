import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../project.ts";

/** The marts of the sample made by a process of its own; sources and inputs read the other way round where asked. */
const SCRIPT = `
import { openWarehouse } from "./ingest/warehouse.ts";
import { exportMarts } from "./transform/export.ts";
import { configIn, ingestAll, transformAll } from "./test/project.ts";
const [folder, threads, order] = process.argv.slice(1);
const config = await configIn("test/fixtures/sample/vigie.yaml", folder);
const sources = order === "reversed"
  ? config.sources.toReversed().map((source) => ({ ...source, inputs: source.inputs.toReversed() }))
  : config.sources;
using warehouse = await openWarehouse(config.storage.warehouse, { memoryLimit: null, threads: Number(threads) });
await ingestAll(warehouse, { ...config, sources });
await transformAll(warehouse, config);
await exportMarts(warehouse.connection, config, { folder: config.storage.marts, fingerprint: "same" });
`;

/** SHA-256 of each mart file by name; the ledger of imports is told by the order in which files came. */
async function marts(threads: number, order: string, env: Record<string, string>) {
  await using folder = await temporaryFolder();
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", SCRIPT, folder.path, String(threads), order],
    { encoding: "utf8", env: { ...process.env, ...env } },
  );
  expect(status, stderr).toBe(0);
  const root = join(folder.path, "marts");
  const files = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/imports|quarantine/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const hashes = files.map(async (path) => [
    path.slice(root.length),
    createHash("sha256")
      .update(await readFile(path))
      .digest("hex"),
  ]);
  return Object.fromEntries(await Promise.all(hashes)) as Record<string, string>;
}

test("the marts are the same bytes whatever the machine's zone, locale, threads and order of files", async () => {
  const here = await marts(1, "as written", { TZ: "UTC", LANG: "C", LC_ALL: "C" });
  const elsewhere = await marts(4, "reversed", {
    TZ: "Pacific/Chatham",
    LANG: "tr_TR.UTF-8",
    LC_ALL: "tr_TR.UTF-8",
  });
  expect(Object.keys(here).length).toBeGreaterThan(30);
  expect(elsewhere).toEqual(here);
}, 240_000);
