import { execFile } from "node:child_process";
import { access, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { jsonSchemas } from "../../cli/schema.ts";
import { temporaryFolder } from "../project.ts";

const ROOT = join(import.meta.dirname, "../..");
const FIXTURES = join(ROOT, "test/fixtures/presets");
const run = promisify(execFile);

/** Runs the command line; gives what it wrote and its exit code. */
async function vigie(folder: string, ...args: string[]) {
  const options = { cwd: folder, env: { ...process.env, VIGIE_PSEUDONYM_KEY: "" } };
  try {
    const { stdout, stderr } = await run(
      process.execPath,
      [join(ROOT, "cli/main.ts"), ...args],
      options,
    );
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

describe("vigie init", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let files: string[];
  let result: { files: string[]; presets: string[]; assumptions: string[]; sources: string[] };

  beforeAll(async () => {
    folder = await temporaryFolder();
    await mkdir(join(folder.path, "exports"));
    await cp(FIXTURES, join(folder.path, "exports"), { recursive: true });
    await cp(
      join(ROOT, "test/fixtures/sample/montreal/tickets.csv"),
      join(folder.path, "exports/unknown.csv"),
    );
    files = (await readdir(join(folder.path, "exports"))).toSorted();
    const paths = files.map((file) => join("exports", file));
    const flags = ["--zone", "Europe/Paris", "--name", "Groupe Essai", "--lang", "fr"];
    const done = await vigie(folder.path, "init", ...paths, ...flags, "--json", "--quiet");
    if (done.code !== 0) throw new Error(done.stderr);
    result = JSON.parse(done.stdout) as typeof result;
  }, 120_000);

  afterAll(() => folder[Symbol.asyncDispose]());

  test("tells the tool of every export that a preset reads", () => {
    const expected = files.map((file) => (file === "unknown.csv" ? null : file.split(".")[0]));
    expect(result.presets).toEqual(expected);
  });

  test("writes what it assumed, and a configuration that is sound", async () => {
    expect(result.assumptions).toEqual(
      expect.arrayContaining(["holidays", "office-hours", "one-site", "columns-unknown-csv"]),
    );
    const config = parse(await readFile(join(folder.path, "vigie.yaml"), "utf8")) as {
      organisation: { entities: unknown[] };
      calendars: unknown[];
    };
    expect(config.organisation.entities[1]).toMatchObject({
      zone: "Europe/Paris",
      holidays: { country: "FR" },
    });
    expect(config.calendars).toEqual([
      { id: "office", zone: "site", holidays: "site", hours: { "mon-fri": ["08:00-18:00"] } },
    ]);
    expect(await vigie(folder.path, "check")).toMatchObject({ code: 0 });
  });

  test("shows samples and words without a home, and nobody's name", async () => {
    const text = await readFile(
      join(folder.path, "servicenow-incident.custom.mapping.yaml"),
      "utf8",
    );
    expect(text).toContain("#   priority <- priority: 2 - High = P2 | 3 - Moderate = P3\n");
    expect(text).toContain('#     "Pending Validation": ?   # 2 records of the sample\n');
    const named = await readFile(join(folder.path, "servicenow-incident.en.mapping.yaml"), "utf8");
    expect(named).toContain("#   requester <- Caller (not shown)\n");
    expect(named).not.toContain("Abel Tuter");
  });

  test("writes over nothing without --force, and guesses no zone", async () => {
    const before = await readFile(join(folder.path, "vigie.yaml"), "utf8");
    const export_ = "exports/glpi-ticket.fr.csv";
    const again = await vigie(folder.path, "init", export_, "--zone", "Europe/Paris");
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("vigie.yaml is there; expected --force to write over it");
    expect(await readFile(join(folder.path, "vigie.yaml"), "utf8")).toBe(before);
    const silent = await vigie(folder.path, "init", export_, "--folder", "elsewhere");
    expect(silent.code).toBe(2);
    expect(silent.stderr).toContain(
      "the instants of glpi-ticket.fr.csv carry no zone; expected --zone, such as --zone Europe/Paris",
    );
    await expect(access(join(folder.path, "elsewhere"))).rejects.toThrow("ENOENT");
    const offsets = ["exports/vigie-ticket.csv", "--folder", "offsets", "--quiet", "--json"];
    const told = await vigie(folder.path, "init", ...offsets);
    expect(told.code).toBe(0);
    expect((JSON.parse(told.stdout) as typeof result).assumptions).toContain("reporting-zone");
  });

  test("leads to a site of every export by editing YAML only", async () => {
    const config = join(folder.path, "vigie.yaml");
    const text = await readFile(config, "utf8");
    await writeFile(
      config,
      text
        .replace("languages:\n  - fr\n  - en\n", "languages: [fr]\n")
        .replace(/(id: office-hours\n[^]*?confirmed: )false/, "$1true"),
    );
    const mapping = join(folder.path, "servicenow-incident.custom.mapping.yaml");
    await writeFile(
      mapping,
      `${await readFile(mapping, "utf8")}lookups:\n  incident_state: { Pending Validation: on_hold }\n  channel: { Kiosk: walk_in }\n`,
    );
    const built = await vigie(folder.path, "run", "--json", "--quiet");
    expect(built).toMatchObject({ code: 0 });
    const data = JSON.parse(built.stdout) as {
      ingested: { imports: { records: number; quarantined: number }[] };
      transformed: { warnings: string[] };
    };
    expect(data.ingested.imports).toHaveLength(files.length);
    expect(data.ingested.imports.every(({ quarantined }) => quarantined <= 1)).toBe(true);
    const site = join(folder.path, "data/site/group/fr");
    expect(await readFile(join(site, "index.html"), "utf8")).toContain("Groupe Essai");
    const context = JSON.parse(
      await readFile(join(folder.path, "data/marts/group/context.json"), "utf8"),
    ) as { assumptions: { id: string }[] };
    const shown = context.assumptions.map(({ id }) => id);
    expect(shown).toContain("holidays");
    expect(shown).not.toContain("office-hours");
  }, 240_000);
});

describe("vigie map", () => {
  test("says what a file lacks, what that costs and how to export it", async () => {
    const file = join(FIXTURES, "servicenow-incident.custom.csv");
    const { code, stdout, stderr } = await vigie(ROOT, "map", file, "--lang", "fr");
    expect(code).toBe(0);
    expect(stdout).toContain("\npreset: servicenow-incident\n");
    expect(stderr).toContain("missing   resolved_at or closed_at: withholds ");
    expect(stderr).toContain("Time to resolve");
    expect(stderr).toContain("1. Ouvrez Incident > Tous, retirez le filtre « Actif »");
  });

  test("refuses what it cannot tell, and no file", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "a.csv"), "colour,size\nred,4\nred,4\n");
    const odd = await vigie(folder.path, "map", "a.csv");
    expect(odd.code).toBe(1);
    expect(odd.stderr).toContain("cannot tell what a.csv holds: columns colour, size; expected");
    expect((await vigie(folder.path, "map")).code).toBe(2);
  });
});

describe("a JSON Schema", () => {
  test("is current in schemas/, and accepts the YAML of the samples", async () => {
    for (const [name, text] of Object.entries(jsonSchemas()))
      expect(await readFile(join(ROOT, "schemas", name), "utf8")).toBe(text);
    const check = async (schema: string, paths: string[]) => {
      const json = JSON.parse(jsonSchemas()[schema]!) as Parameters<typeof z.fromJSONSchema>[0];
      for (const path of paths) {
        const value: unknown = parse(await readFile(join(ROOT, path), "utf8"));
        expect({ path, ...z.fromJSONSchema(json).safeParse(value) }).toMatchObject({
          path,
          success: true,
        });
      }
    };
    await check("vigie.schema.json", [
      "vigie.yaml",
      "test/fixtures/sample/vigie.yaml",
      "data/servicenow-log/vigie.yaml",
    ]);
    const sample = (await readdir(join(ROOT, "data/sample"))).filter((file) =>
      file.endsWith(".mapping.yaml"),
    );
    await check("mapping.schema.json", [
      ...sample.map((file) => join("data/sample", file)),
      "data/servicenow-log/incidents.mapping.yaml",
    ]);
  });

  test("refuses a key that is none", () => {
    const json = JSON.parse(jsonSchemas()["vigie.schema.json"]!) as Parameters<
      typeof z.fromJSONSchema
    >[0];
    const result = z.fromJSONSchema(json).safeParse({ vigie: 1, sorces: [] });
    expect(result.success).toBe(false);
  });
});
