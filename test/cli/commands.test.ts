import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWarehouse } from "../../ingest/warehouse.ts";
import { temporaryFolder } from "../project.ts";

const KEY = "a key that nobody may read";

/** What a user sees of one call of `vigie`. */
interface Said {
  code: number | null;
  out: string;
  err: string;
}

/** Compiled sources of the commands, for all the calls of this file. */
let compiled: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  compiled = await temporaryFolder();
});
afterAll(() => compiled[Symbol.asyncDispose]());

async function vigie(args: readonly string[], env: Record<string, string> = {}): Promise<Said> {
  const child = spawn(process.execPath, ["cli/main.ts", ...args], {
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: compiled.path,
      VIGIE_PSEUDONYM_KEY: KEY,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [code]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, "close") as Promise<[number | null]>,
  ]);
  expect(out + err).not.toContain(KEY);
  return { code, out, err };
}

const CONFIG = `vigie: 1
organisation:
  name: Groupe Lumen
  reporting_zone: Europe/Paris
  entities:
    - { id: lumen, kind: group, name: Groupe Lumen }
    - { id: paris, kind: site, parent: lumen, name: Paris, zone: Europe/Paris, holidays: { country: FR } }
languages: [fr]
sources:
  - id: tool
    tool: Tool
    zone: Europe/Paris
    site: paris
    inputs:
      - { path: tickets.csv, mapping: tickets.mapping.yaml }
calendars:
  - { id: office, zone: site, holidays: site, hours: { mon-fri: ["09:00-17:00"] } }
commitments:
  - { id: resolution, name: Resolution, clock: resolution, calendar: office, targets: { P1: 4h, P2: 8h }, goal: 90 }
storage: out
`;

const MAPPING = `record: ticket
rows: history
fields:
  native_id: number
  opened_at: opened
  observed_at: updated
  source_sequence: n
  status: state
  priority: priority
  requester: caller
`;

const HEADER = "number,opened,updated,n,state,priority,caller";
const ROWS = [
  "INC1,2026-10-05 09:00:00,2026-10-05 09:00:00,0,new,P1,Zoé Morel",
  "INC1,2026-10-05 09:00:00,2026-10-05 12:00:00,1,resolved,P1,Zoé Morel",
  "INC2,2026-10-24 23:30:00,2026-10-24 23:30:00,0,new,P2,Zoé Morel",
  "INC2,2026-10-24 23:30:00,2026-10-25 02:50:00,1,in_progress,P2,Zoé Morel",
  "INC2,2026-10-24 23:30:00,2026-10-25 02:10:00,2,resolved,P2,Zoé Morel",
];
const TICKETS = `${[HEADER, ...ROWS].join("\n")}\n`;

type Files = Record<string, string | Uint8Array>;

/** A small project in a folder of its own. */
async function project(files: Files = {}) {
  const folder = await temporaryFolder();
  const write = async (changed: Files) => {
    for (const [name, content] of Object.entries(changed))
      await writeFile(join(folder.path, name), content);
  };
  await write({
    "vigie.yaml": CONFIG,
    "tickets.mapping.yaml": MAPPING,
    "tickets.csv": TICKETS,
    ...files,
  });
  const config = join(folder.path, "vigie.yaml");
  return {
    path: folder.path,
    config,
    warehouse: join(folder.path, "out", "warehouse.duckdb"),
    write,
    vigie: (args: readonly string[], env?: Record<string, string>) =>
      vigie([...args, "--config", config], env),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** SHA-256 of every file under a folder, by relative path. */
async function hashes(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const found: Record<string, string> = {};
  for (const file of files.toSorted())
    found[file.slice(folder.length + 1)] = createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  return found;
}

const SHARED = ["config", "storage", "quiet", "json", "debug", "help"];

describe("the command line", () => {
  test("tells every command, and each of them every option", async () => {
    const commands = {
      check: [],
      ingest: ["watch"],
      imports: ["all"],
      rejects: ["source", "file", "export", "replay"],
      remap: [],
      transform: ["force", "timings"],
      build: [],
      serve: ["port"],
      run: ["serve", "port", "force", "timings"],
    };
    const general = await vigie(["--help"]);
    expect(general).toMatchObject({ code: 0, err: "" });
    const entries = Object.entries(commands);
    const helps = await Promise.all(entries.map(([name]) => vigie([name, "--help"])));
    for (const [index, [name, options]] of entries.entries()) {
      const { code, out, err } = helps[index]!;
      expect(general.out).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
      expect({ name, code, err }).toEqual({ name, code: 0, err: "" });
      expect(out).toMatch(new RegExp(`^vigie ${name}\\b`));
      const told = new Set([...out.matchAll(/--([a-z]+)/g)].map(([, option]) => option));
      expect(told, name).toEqual(new Set([...SHARED, ...options]));
    }
  });

  test.each([
    [
      "an unknown command",
      ["ingset"],
      "vigie: unknown command ingset; expected one of init, map, check, ingest, stream, imports, rejects, remap, transform, build, serve, families, contracts, calendar, explain, breaches, run, schema",
    ],
    [
      "an unknown option",
      ["ingest", "--fast"],
      "vigie: vigie ingest: Unknown option '--fast'; see vigie ingest --help",
    ],
    [
      "an option without its value",
      ["ingest", "--config"],
      /^vigie: vigie ingest: .*--config.*; see vigie ingest --help$/,
    ],
    [
      "a word too many",
      ["check", "now"],
      /^vigie: vigie check: .*'now'.*; see vigie check --help$/,
    ],
    [
      "a configuration that is not there",
      ["check", "--config", "none.yaml"],
      "none.yaml:1: cannot read: no such file; expected a YAML file",
    ],
  ])("refuses %s with one line and exit code 2", async (_title, args, line) => {
    const { code, out, err } = await vigie(args);
    expect({ code, out, lines: err.trimEnd().split("\n").length }).toEqual({
      code: 2,
      out: "",
      lines: 1,
    });
    expect(err.trimEnd()).toMatch(line);
  });
});

describe("check", () => {
  test("is content with a sound project and touches nothing", async () => {
    await using it = await project();
    const { code, out, err } = await it.vigie(["check"]);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: "configuration is sound: 2 entities, 1 source, 1 mapping, 1 calendar, 1 commitment\n",
      err: "",
    });
    expect(Object.keys(await hashes(it.path))).toEqual([
      "tickets.csv",
      "tickets.mapping.yaml",
      "vigie.yaml",
    ]);
  });

  test("lists every fault once, with its line, and so does ingest", async () => {
    const broken = CONFIG.replace("tool: Tool\n    zone: Europe/Paris", "tool: Tool")
      .replace("site: paris", "site: lyon")
      .replace("goal: 90", "gaol: 90");
    await using it = await project({ "vigie.yaml": broken });
    const { code, out, err } = await it.vigie(["check"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    const faults = err
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(`${it.config}:`, ""));
    expect(faults).toEqual([
      "10: sources[0].zone missing; expected an IANA zone such as Europe/Paris",
      "12: sources[0].site: lyon; expected the id of a site: paris",
      expect.stringMatching(/^18: commitments\[0\]\.goal missing; expected /),
      expect.stringMatching(
        /^18: unknown key commitments\[0\]\.gaol; expected .*did you mean goal\?/,
      ),
    ]);
    expect(await it.vigie(["ingest"])).toEqual({ code: 2, out: "", err });
  });

  test("lists the faults of mapping files too", async () => {
    await using it = await project({
      "tickets.mapping.yaml": MAPPING.replace("status:", "statsu:"),
    });
    const { code, err } = await it.vigie(["check"]);
    expect(code).toBe(2);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(err).toContain(
      `${join(it.path, "tickets.mapping.yaml")}:8: unknown field fields.statsu; expected a field of ticket (did you mean status?)`,
    );
  });
});

describe("ingest", () => {
  let kept: Awaited<ReturnType<typeof project>>;
  beforeAll(async () => {
    kept = await project();
    await kept.vigie(["ingest", "--quiet"]);
  });
  afterAll(() => kept[Symbol.asyncDispose]());

  test.each([
    [
      "an empty file",
      "",
      /tickets\.csv: the file is empty; expected a header and at least one record/,
    ],
    [
      "a header alone",
      `${HEADER}\n`,
      /tickets\.csv: the file has a header and no record; expected at least one record/,
    ],
    [
      "a missing required column",
      TICKETS.replace("opened,", "created,"),
      /tickets\.csv: no column "opened" for the required field opened_at; the file has "number", "created"/,
    ],
    [
      "a torn Excel file renamed",
      Buffer.from("504b030414000600080000002100", "hex"),
      /tickets\.csv: zip data broken .*; expected a whole zip file/,
    ],
  ])(
    "tells %s in one line, fails and leaves the warehouse as it was",
    async (_title, content, line) => {
      const before = await hashes(join(kept.path, "out"));
      expect(Object.keys(before)).toContain("warehouse.duckdb");
      await kept.write({ "tickets.csv": content });
      const { code, out, err } = await kept.vigie(["ingest"]);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toMatch(/^vigie: cannot (read|import) [^\n]*\n$/);
      expect(err).toMatch(line);
      // A file that was read but not taken stays in the landing store.
      const after = await hashes(join(kept.path, "out"));
      expect(after).toMatchObject(before);
      expect(Object.keys(after).filter((name) => !name.startsWith("landing/"))).toEqual(
        Object.keys(before).filter((name) => !name.startsWith("landing/")),
      );
    },
  );

  test("puts an unreadable date in quarantine and goes on", async () => {
    await using it = await project({
      "tickets.csv": TICKETS.replace("2026-10-05 12:00:00", "noon"),
    });
    const { code, out, err } = await it.vigie(["ingest"]);
    expect({ code, out }).toEqual({ code: 0, out: "1 file imported: 5 records, 1 quarantined\n" });
    expect(err).toBe("ingest     tickets.csv: 5 records, 4 new, 1 quarantined\n");
  });

  test("says a column that it does without", async () => {
    await using it = await project({ "tickets.csv": TICKETS.replace(",caller", ",who") });
    const { code, err } = await it.vigie(["ingest"]);
    expect(code).toBe(0);
    expect(err).toContain('tickets.csv: no column "caller"; requester is left empty');
  });

  test("prints one JSON object alone on standard output, and nothing else when quiet", async () => {
    await using it = await project();
    const { code, out, err } = await it.vigie(["ingest", "--json", "--quiet"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toEqual({
      imports: [
        {
          importId: 1,
          file: "tickets.csv",
          source: "tool",
          record: "ticket",
          records: 5,
          accepted: 5,
          quarantined: 0,
          inserted: 5,
          unchanged: 0,
          missingColumns: [],
        },
      ],
      known: 0,
    });
  });

  test("names a pattern that no file has, and takes the rest of the way no further", async () => {
    await using it = await project({
      "vigie.yaml": CONFIG.replace("path: tickets.csv", 'path: "in-*.csv"'),
    });
    const { code, err } = await it.vigie(["ingest"]);
    expect({ code, err }).toEqual({
      code: 1,
      err: "vigie: no file for source tool: in-*.csv; expected at least one file of that name\n",
    });
  });

  test("is refused while another process holds the warehouse, in one line unless asked for more", async () => {
    await using it = await project();
    using held = await openWarehouse(it.warehouse);
    expect(held.path).toBe(it.warehouse);
    const line = `vigie: cannot open the warehouse ${it.warehouse}: in use by process ${process.pid}; expected one writer, wait until it ends\n`;
    expect(await it.vigie(["ingest"])).toEqual({ code: 1, out: "", err: line });
    const { code, err } = await it.vigie(["ingest", "--debug"]);
    expect(code).toBe(1);
    expect(err.startsWith(line)).toBe(true);
    expect(err).toMatch(/^\s+at .*warehouse\.ts/m);
  });
});

describe("the steps", () => {
  test("run once; a second time they say that nothing is new and change no byte", async () => {
    await using it = await project();
    const first = await it.vigie(["run", "--json"]);
    expect(first.code, first.err).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ changed: true, ingested: { known: 0 } });
    for (const step of ["ingest", "transform", "export", "build"])
      expect(first.err).toMatch(new RegExp(`^${step} `, "m"));
    const before = await hashes(join(it.path, "out"));
    expect(Object.keys(before)).toContain("marts/manifest.json");
    const silent = { code: 0, err: "" };
    for (const [command, out] of [
      ["run", "nothing new: the site is current\n"],
      ["ingest", "nothing new in 1 file\n"],
      ["transform", "nothing changed: the marts are current\n"],
    ] as const)
      expect(await it.vigie([command])).toEqual({ ...silent, out });
    expect(await hashes(join(it.path, "out"))).toEqual(before);
  });

  test("make marts that do not depend on the machine's zone", async () => {
    const [tokyo, newYork] = await Promise.all(
      ["Asia/Tokyo", "America/New_York"].map(async (TZ) => {
        await using it = await project();
        for (const command of ["ingest", "transform"])
          expect(await it.vigie([command, "--quiet"], { TZ })).toMatchObject({ code: 0, err: "" });
        const files = await hashes(join(it.path, "out", "marts"));
        // These carry the instant of the receipt, or the hash of what carries it.
        const dated = /mart_imports|context\.json|manifest\.json/;
        return Object.entries(files).filter(([name]) => !dated.test(name));
      }),
    );
    expect(tokyo).toEqual(newYork);
    expect(tokyo!.map(([name]) => name)).toContain("parquet/fct_sla.parquet");
  });
});
