import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { prepareCsv } from "../../connectors/csv.ts";
import { importFile } from "../../ingest/settle.ts";
import { readMapping } from "../../ingest/mapping.ts";
import { row, rows } from "../../ingest/query.ts";
import type { ResolvedSource } from "../../ingest/found-file.ts";
import { ingestSources } from "../../ingest/sources.ts";
import { confine, openWarehouse } from "../../ingest/warehouse.ts";
import { parseYaml } from "../../ingest/yaml-file.ts";
import { RECEIVED_AT, temporaryFolder } from "../project.ts";

const KILLS = process.env["VIGIE_LONG"] ? 30 : 5;
const OPENED = "2026-01-05 08:00:00";
const FIRST = `id,opened,title\nA,${OPENED},x\nB,never,x\n`;

/** Every row of every table of `ingest`, by table. */
async function dump(connection: DuckDBConnection): Promise<Record<string, string>> {
  const tables = await rows<{ name: string }>(
    connection,
    "select table_name as name from duckdb_tables() where schema_name = 'ingest' order by 1",
  );
  const found: Record<string, string> = {};
  for (const { name } of tables) {
    const { text } = await row<{ text: string }>(
      connection,
      `select coalesce(string_agg(t::varchar, chr(10) order by t::varchar), '') as text from ingest.${name} as t`,
    );
    found[name] = text;
  }
  return found;
}

/** Runs module source as a child process of Node that can import the project's files. */
function child(source: string) {
  return spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const moduleUrl = (path: string): string => JSON.stringify(`file://${resolve(path)}`);

describe("the warehouse", () => {
  test("refuses a second process with one line that names the first", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "warehouse.duckdb");
    const holder = child(`
      import { openWarehouse } from ${moduleUrl("ingest/warehouse.ts")};
      const warehouse = await openWarehouse(${JSON.stringify(path)});
      console.log("open");
      process.on("SIGTERM", () => { warehouse[Symbol.dispose](); process.exit(0); });
      setInterval(() => {}, 1000);
    `);
    await once(holder.stdout, "data");
    await expect(openWarehouse(path)).rejects.toThrow(
      `cannot open the warehouse ${path}: in use by process ${holder.pid}; expected one writer, wait until it ends`,
    );
    holder.kill("SIGTERM");
    await once(holder, "exit");
    using warehouse = await openWarehouse(path);
    expect(await row(warehouse.connection, "select count(*) as n from ingest.imports")).toEqual({
      n: 0,
    });
  });

  test("opens again after it was closed, with what it held, in folders that it makes", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "some", "where", "warehouse.duckdb");
    for (const count of [0, 1, 2]) {
      using warehouse = await openWarehouse(path);
      const found = await row(
        warehouse.connection,
        "select count(*) as n from ingest.missing_columns",
      );
      expect(found).toEqual({ n: count });
      await warehouse.connection.run("insert into ingest.missing_columns values (1, 'a', 'b')");
    }
  });

  test("of another shape is refused and left as it is", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "warehouse.duckdb");
    {
      using warehouse = await openWarehouse(path);
      await warehouse.connection.run("update ingest.warehouse set shape = 'another'");
      await warehouse.connection.run("drop table ingest.links");
    }
    await expect(openWarehouse(path)).rejects.toThrow(
      `warehouse ${path}: made by another version of vigie; expected tables of this one: move the file away and run again`,
    );
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    const tables = await dump(connection);
    connection.closeSync();
    instance.closeSync();
    expect(tables["warehouse"]).toContain("another");
    expect(Object.keys(tables)).not.toContain("links");
  });

  test("tells a file that is none", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "warehouse.duckdb");
    await writeFile(path, "id,opened\nA,2026-01-05\n".repeat(1000));
    await expect(openWarehouse(path)).rejects.toThrow(/not a valid DuckDB database file/);
  });

  test("reckons in UTC, within the limits given, and downloads nothing", async () => {
    using warehouse = await openWarehouse(":memory:", { threads: 1, memoryLimit: "300MB" });
    const found = await row(
      warehouse.connection,
      `select current_setting('timezone') as zone, current_setting('threads')::integer as threads,
         current_setting('memory_limit') as memory, current_setting('autoinstall_known_extensions') as installs`,
    );
    expect(found).toEqual({ zone: "UTC", threads: 1, memory: "286.1 MiB", installs: false });
  });

  test("that is confined reaches its folders alone, for good", async () => {
    await using inside = await temporaryFolder();
    await using outside = await temporaryFolder();
    for (const { path } of [inside, outside]) await writeFile(join(path, "x.csv"), "a\n1\n");
    using warehouse = await openWarehouse(join(inside.path, "warehouse.duckdb"));
    const { connection } = warehouse;
    await confine(connection, [inside.path]);
    const read = (path: string) => row(connection, `select a from read_csv('${path}')`);
    expect(await read(join(inside.path, "x.csv"))).toEqual({ a: 1 });
    await expect(read(join(outside.path, "x.csv"))).rejects.toThrow(/Permission Error/);
    await expect(read(`${inside.path}/../${outside.path.split("/").at(-1)}/x.csv`)).rejects.toThrow(
      /Permission Error/,
    );
    await expect(read(`${inside.path}-beside/x.csv`)).rejects.toThrow(/Permission Error/);
    for (const statement of [
      "install httpfs",
      "load httpfs",
      "set enable_external_access = true",
      "set memory_limit = '1GB'",
      `set allowed_directories = ['/']`,
      `attach '${join(outside.path, "y.duckdb")}' as y`,
      `copy (select 1) to '${join(outside.path, "y.csv")}'`,
    ]) {
      await expect(connection.run(statement), statement).rejects.toThrow(
        /Permission Error|Invalid Input|locked/,
      );
    }
    expect(await readdir(outside.path)).toEqual(["x.csv"]);
  });
});

describe("an import that fails", () => {
  const mapping = readMapping(
    parseYaml(
      "m.yaml",
      "{record: ticket, fields: {native_id: id, opened_at: opened, title: title}}",
    ),
  );
  const source = { id: "source", instance: "tool", zone: "UTC" };
  const options = { receivedAt: RECEIVED_AT, keepsPeople: false };

  test.each([
    [
      "for a missing column",
      "id,title\nA,x\n",
      'cannot import file.csv: no column "opened" for the required field opened_at; the file has "id", "title"',
    ],
  ])("%s leaves the warehouse as it was, and the next goes in", async (_title, text, message) => {
    await using folder = await temporaryFolder();
    using warehouse = await openWarehouse(":memory:");
    const { connection } = warehouse;
    const take = async (content: string) => {
      const path = join(folder.path, "file.csv");
      await writeFile(path, content);
      const file = await prepareCsv(path, { landingFolder: join(folder.path, "landing") });
      return importFile(connection, file, source, mapping, options);
    };
    await take(FIRST);
    const before = await dump(connection);
    await expect(take(text)).rejects.toThrow(message);
    expect(await dump(connection)).toEqual(before);
    await take(`id,opened,title\nC,${OPENED},x\n`);
    expect(await dump(connection)).not.toEqual(before);
  });

  test("does not fail for a record that DuckDB would lose: it goes the tolerant way", async () => {
    await using folder = await temporaryFolder();
    using warehouse = await openWarehouse(":memory:");
    const path = join(folder.path, "file.csv");
    await writeFile(path, `id,opened,title\n""é,"${OPENED}"\t\nB,${OPENED},x\n`);
    const file = await prepareCsv(path, { landingFolder: join(folder.path, "landing") });
    expect(await importFile(warehouse.connection, file, source, mapping, options)).toMatchObject({
      records: 2,
      accepted: 1,
      quarantined: 1,
    });
    await file.release();
  });

  test("after its records were written leaves the warehouse as it was", async () => {
    await using folder = await temporaryFolder();
    using warehouse = await openWarehouse(":memory:");
    const { connection } = warehouse;
    const path = join(folder.path, "file.csv");
    await writeFile(path, FIRST);
    const file = await prepareCsv(path, { landingFolder: join(folder.path, "landing") });
    await connection.run("alter table ingest.supplied_fields rename to elsewhere");
    const before = await dump(connection);
    await expect(importFile(connection, file, source, mapping, options)).rejects.toThrow(
      /supplied_fields does not exist/,
    );
    expect(await dump(connection)).toEqual(before);
    expect(before["tickets"]).toBe("");
  });

  test("because its process is killed leaves all of it or nothing", async () => {
    await using folder = await temporaryFolder();
    const input = join(folder.path, "file.csv");
    const records = 30_000;
    const lines = Array.from(
      { length: records },
      (_, index) => `T${index},${index % 10 === 0 ? "never" : OPENED},Écran ${index}\n`,
    );
    await writeFile(input, `id,opened,title\n${lines.join("")}`);
    const path = join(folder.path, "warehouse.duckdb");
    /** Lets a child import the file and kill itself while its n-th statement runs; gives how many it has begun. */
    const importAndKill = async (statement: number): Promise<number> => {
      const dying = child(`
        import { openWarehouse } from ${moduleUrl("ingest/warehouse.ts")};
        import { importFile } from ${moduleUrl("ingest/settle.ts")};
        import { prepareCsv } from ${moduleUrl("connectors/csv.ts")};
        import { writeSync } from "node:fs";
        const file = await prepareCsv(${JSON.stringify(input)}, { landingFolder: ${JSON.stringify(join(folder.path, "landing"))} });
        const { connection } = await openWarehouse(${JSON.stringify(path)});
        let begun = 0;
        for (const name of ["run", "runAndReadAll"]) {
          const original = connection[name].bind(connection);
          connection[name] = (...given) => {
            const result = original(...given);
            begun += 1;
            writeSync(1, ".");
            if (begun === ${statement}) setImmediate(() => process.kill(process.pid, "SIGKILL"));
            return result;
          };
        }
        await importFile(connection, file, ${JSON.stringify(source)}, ${JSON.stringify(mapping)}, ${JSON.stringify(options)});
        process.kill(process.pid, "SIGKILL");
      `);
      let begun = 0;
      dying.stdout.on("data", (dots: Buffer) => (begun += dots.length));
      const [, signal] = (await once(dying, "close")) as [number | null, string];
      expect(signal).toBe("SIGKILL");
      return begun;
    };
    const held = async () => {
      using warehouse = await openWarehouse(path);
      const counts = await row(
        warehouse.connection,
        `select (select count(*) from ingest.imports) as imports, (select count(*) from ingest.tickets) as tickets,
           (select count(*) from ingest.quarantine) as quarantined, (select count(*) from ingest.supplied_fields) as fields`,
      );
      for (const table of ["imports", "tickets", "quarantine", "supplied_fields"])
        await warehouse.connection.run(`delete from ingest.${table}`);
      return counts;
    };
    const all = { imports: 1, tickets: records * 0.9, quarantined: records * 0.1, fields: 3 };
    const nothing = { imports: 0, tickets: 0, quarantined: 0, fields: 0 };
    const statements = await importAndKill(Infinity);
    expect(await held()).toEqual(all);
    // From the first statement on to the last, which commits.
    for (let kill = 1; kill <= KILLS; kill++) {
      const statement = Math.ceil((statements * kill) / KILLS);
      expect(await importAndKill(statement)).toBeGreaterThanOrEqual(statement);
      const counts = await held();
      if (statement < statements)
        expect(counts, `killed at ${statement} of ${statements}`).toEqual(nothing);
      else expect([all, nothing]).toContainEqual(counts);
    }
  });
});

describe("people", () => {
  const TICKETS =
    "{record: ticket, fields: {native_id: id, opened_at: opened, requester: caller, assignee: owner}}";
  const EVENTS =
    "{record: ticket_event, fields: {native_id: id, occurred_at: at, field: what, from_value: old, to_value: new}}";
  const NAMES = ["Zoé Quentin-Morel", "Ondřej Wójcik"];
  const KEY = "a key that nobody may read";

  /** Imports tickets and events that name people, under a key; gives what the warehouse keeps and its bytes. */
  async function keptUnder(pseudonymKey: string | null) {
    await using folder = await temporaryFolder();
    const write = async (name: string, text: string) => {
      const path = join(folder.path, name);
      await writeFile(path, text);
      return path;
    };
    const [zoe, ondrej] = NAMES;
    const inputs = [
      [
        await write("1.csv", `id,opened,caller,owner\nA,${OPENED},${zoe},${ondrej}\n`),
        await write("t.yaml", TICKETS),
      ],
      [
        await write(
          "2.csv",
          `id,opened,caller,owner\nB,${OPENED},${ondrej},\nC,${OPENED}, ${zoe} ,${zoe}\n`,
        ),
        join(folder.path, "t.yaml"),
      ],
      [
        await write(
          "3.csv",
          `id,at,what,old,new\nA,${OPENED},assignee,${zoe},${ondrej}\nA,${OPENED},comment,,hello\n`,
        ),
        await write("e.yaml", EVENTS),
      ],
    ].map(([path, mapping]) => ({ path: path!, pattern: path!, mapping: mapping! }));
    const source: ResolvedSource = {
      id: "source",
      tool: "Tool",
      instance: "tool",
      zone: "UTC",
      site: null,
      dataThrough: null,
      reopenWindow: { openDays: 7 },
      resolvedFrom: "history",
      attribution: null,
      inputs,
    };
    const path = join(folder.path, "warehouse.duckdb");
    const found: unknown[][] = [];
    {
      using warehouse = await openWarehouse(path);
      const said: unknown[] = [];
      await ingestSources(warehouse.connection, {
        sources: [source],
        folder: folder.path,
        landingFolder: join(folder.path, "landing"),
        pseudonymKey,
        receivedAt: RECEIVED_AT,
        onFile: (result) => said.push(result),
      });
      // A failed import says nothing of people either.
      await writeFile(join(folder.path, "1.csv"), `opened,caller\n${OPENED},${zoe}\n`);
      const failure: unknown = await ingestSources(warehouse.connection, {
        sources: [source],
        folder: folder.path,
        landingFolder: join(folder.path, "landing"),
        pseudonymKey,
        receivedAt: RECEIVED_AT,
      }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      const spoken = JSON.stringify(said) + String(failure) + String((failure as Error).stack);
      for (const secret of [...NAMES, KEY]) expect(spoken).not.toContain(secret);
      for (const sql of [
        "select requester, assignee from ingest.tickets order by native_id",
        "select from_value, to_value from ingest.ticket_events order by field",
      ]) {
        for (const kept of await rows(warehouse.connection, sql)) found.push(Object.values(kept));
      }
    }
    const wal = await access(`${path}.wal`).then(
      () => readFile(`${path}.wal`),
      () => Buffer.alloc(0),
    );
    return { kept: found, bytes: Buffer.concat([await readFile(path), wal]) };
  }

  test("keep one pseudonym across files, fields and records, under one key", async () => {
    const { kept, bytes } = await keptUnder(KEY);
    const [zoe, ondrej] = kept[0] as string[];
    expect(zoe).toMatch(/^[0-9a-f]{16}$/);
    expect(ondrej).toMatch(/^[0-9a-f]{16}$/);
    expect(zoe).not.toBe(ondrej);
    expect(kept).toEqual([
      [zoe, ondrej],
      [ondrej, null],
      [zoe, zoe],
      [zoe, ondrej],
      [null, "hello"],
    ]);
    // Strings of up to twelve bytes lie inline, longer ones as they are or compressed: the words are looked for too.
    const words = [...NAMES.flatMap((name) => [name, ...name.split(/[ -]/)]), KEY, "nobody"];
    for (const secret of words) expect(bytes.includes(secret), secret).toBe(false);
    expect(bytes.includes(zoe!.slice(0, 4))).toBe(true);
  });

  test("have other pseudonyms under another key, the same under the same", async () => {
    const [first, again, other] = [
      await keptUnder(KEY),
      await keptUnder(KEY),
      await keptUnder("another"),
    ];
    expect(again.kept).toEqual(first.kept);
    for (const [index, kept] of other.kept.entries())
      for (const [position, value] of kept.entries())
        if (value !== null && value !== "hello")
          expect(value).not.toBe(first.kept[index]![position]);
  });

  test("without a key leave no more than that there is one", async () => {
    const { kept, bytes } = await keptUnder(null);
    expect(kept).toEqual([
      ["*", "*"],
      ["*", null],
      ["*", "*"],
      ["*", "*"],
      [null, "hello"],
    ]);
    for (const secret of NAMES) expect(bytes.includes(secret)).toBe(false);
  });
});
