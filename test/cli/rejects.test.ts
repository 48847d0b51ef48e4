import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Command } from "../../cli/command.ts";
import { loadConfig, storageIn } from "../../cli/config.ts";
import { imports } from "../../cli/imports.ts";
import { ingest } from "../../cli/ingest.ts";
import { rejects } from "../../cli/rejects.ts";
import { remap } from "../../cli/remap.ts";
import { rows } from "../../ingest/query.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { temporaryFolder } from "../project.ts";

const CONFIG = `
vigie: 1
organisation:
  name: Lumen
  reporting_zone: UTC
  entities: [{ id: lumen, kind: group, name: Lumen }, { id: paris, kind: site, parent: lumen, name: Paris, zone: UTC }]
sources:
  - id: desk
    tool: Tool
    zone: UTC
    site: paris
    inputs: [{ path: "export_*.csv", mapping: tickets.yaml, exported_at: export_%Y%m%d.csv }]
`;
const mapping = (format: string, more = "") =>
  `{record: ticket, fields: {native_id: id, opened_at: {column: opened, format: ["%Y-%m-%d", ${format}]}, title: title${more}}}`;
const FIRST = "id,opened,title,kind\nA,2026-01-05,=1+1,x\nB,05.01.2026,@home,y\nC,never,c,z\n";
const SECOND = "id,opened,title,kind\nA,2026-01-05,=1+1,x\nD,06.01.2026,d,y\n";

/** A project of two exports, of which dotted dates cannot be read yet. */
async function project() {
  const folder = await temporaryFolder();
  const write = (name: string, text: string) => writeFile(join(folder.path, name), text);
  await write("vigie.yaml", CONFIG);
  await write("tickets.yaml", mapping('"%d/%m/%Y"'));
  await write("export_20260201.csv", FIRST);
  await write("export_20260301.csv", SECOND);
  const storage = storageIn(join(folder.path, "data"));
  const run = async (command: Command, options: Record<string, string | boolean> = {}) => {
    const config = { ...(await loadConfig(join(folder.path, "vigie.yaml"))), storage };
    return command.run({ config, options, progress: () => {}, warn: () => {} });
  };
  await run(ingest);
  return {
    path: folder.path,
    run,
    write,
    read: async (sql: string) => {
      using warehouse = await openWarehouse(storage.warehouse);
      return (await rows(warehouse.connection, sql)).map((found) => Object.values(found));
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const CURRENT = "select native_id, title from ingest.current_tickets order by all";

describe("rejects", () => {
  test("are grouped by file, column and reason, and written as CSV that no spreadsheet runs", async () => {
    await using it = await project();
    const { data } = await it.run(rejects);
    expect(data["groups"]).toMatchObject([
      { file: "export_20260201.csv", column: "opened", reason: "unreadable", records: 2 },
      { file: "export_20260301.csv", column: "opened", reason: "unreadable", records: 1 },
    ]);
    const file = join(it.path, "rejects.csv");
    await it.write("export_20260401.csv", "id,opened,title,kind\nE,=cmd|'/C calc'!A0,e,x\n");
    await it.run(ingest);
    await it.run(rejects, { export: file, file: "export_20260401.csv" });
    const lines = (await readFile(file, "utf8")).trimEnd().split("\r\n");
    expect(lines[0]).toBe("\u{feff}source;file;line;column;value;reason;expected;record");
    expect(lines[1]).toContain("desk;export_20260401.csv;2;opened;'=cmd|'/C calc'!A0;unreadable;");
  });

  test("that the mended mapping takes leave the quarantine, once", async () => {
    await using it = await project();
    expect(await it.read(CURRENT)).toEqual([["A", "=1+1"]]);
    await it.write("tickets.yaml", mapping('"%d.%m.%Y"'));
    // The exports themselves are gone: the landed files are what is read.
    for (const day of ["0201", "0301"]) await rm(join(it.path, `export_2026${day}.csv`));
    const { data } = await it.run(rejects, { replay: true });
    expect(data).toMatchObject({ added: 2, changed: 0, removed: 0, released: 2 });
    expect(await it.read(CURRENT)).toEqual([
      ["A", "=1+1"],
      ["B", "@home"],
      ["D", "d"],
    ]);
    const { data: left } = await it.run(rejects);
    expect(left["groups"]).toMatchObject([{ reason: "unreadable", records: 1, example: "never" }]);
    const { data: again } = await it.run(rejects, { replay: true });
    expect(again).toMatchObject({ imports: [], released: 0 });
    const { data: ledger } = await it.run(imports);
    expect(ledger["imports"]).toMatchObject([
      { file: "export_20260201.csv", records: 3, accepted: 2, quarantined: 1 },
      { file: "export_20260301.csv", records: 2, accepted: 2, inserted: 1, unchanged: 1 },
    ]);
  });
});

describe("remap", () => {
  test("reads a column that no mapping used, in every landed file, and counts what changed", async () => {
    await using it = await project();
    await it.write("tickets.yaml", mapping('"%d/%m/%Y"', ", category: kind"));
    for (const day of ["0201", "0301"]) await rm(join(it.path, `export_2026${day}.csv`));
    const { data } = await it.run(remap);
    expect(data).toMatchObject({ added: 0, changed: 1, removed: 0, released: 0 });
    expect(await it.read("select native_id, category from ingest.current_tickets")).toEqual([
      ["A", "x"],
    ]);
  });

  test("changes nothing when one of the landed files is no longer there", async () => {
    await using it = await project();
    const [[sha256]] = (await it.read("select max(sha256) from ingest.imports")) as [[string]];
    const landed = join(it.path, "data", "landing", `${sha256}.csv`);
    await rename(landed, `${landed}.away`);
    await rm(`${landed}.away`);
    await it.write("tickets.yaml", mapping('"%d.%m.%Y"'));
    await expect(it.run(remap)).rejects.toThrow(/no copy in the landing store/);
    expect(await it.read(CURRENT)).toEqual([["A", "=1+1"]]);
    expect(await it.read("select count(*) from ingest.imports")).toEqual([[2]]);
  });
});
