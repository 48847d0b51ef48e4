import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULTS, generate } from "../../data/sample/generate.ts";
import { rows } from "../../ingest/query.ts";
import { prepare, temporaryFolder } from "../project.ts";
import { readWarehouse } from "../warehouse.ts";

const SAMPLE = "data/sample";

interface Truth {
  families: { service: string; rhythm: string; model?: string; incidents: number }[];
  problems: Record<string, { problem: string }>;
  wave: { change: string; members: Record<string, string[]> };
  fair_comparison: { better_crude: string; better_standardised: string };
}

/** The sample that `npm start` shows, at its full size; the small one of the short suite has too few tickets to say all of it. */
describe.skipIf(process.env["VIGIE_LONG"] !== "1")("the whole sample group", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let truth: Truth;
  let group: DuckDBConnection;

  beforeAll(async () => {
    folder = await temporaryFolder();
    const exports = join(folder.path, SAMPLE);
    await generate({ ...DEFAULTS, out: exports });
    truth = JSON.parse(await readFile(join(exports, "truth.json"), "utf8")) as Truth;
    await cp("vigie.yaml", join(folder.path, "vigie.yaml"));
    for (const name of await readdir(SAMPLE))
      if (name.endsWith(".yaml")) await cp(join(SAMPLE, name), join(exports, name));
    await prepare(join(folder.path, "vigie.yaml"), join(folder.path, "storage"));
    group = await readWarehouse(join(folder.path, "storage"));
  });
  afterAll(async () => {
    group?.closeSync();
    await folder?.[Symbol.asyncDispose]();
  });

  test("has one change followed by too many incidents", async () => {
    expect(
      await rows(
        group,
        "select number, incidents_after from marts.mart_changes_after where is_flagged",
      ),
    ).toEqual([
      {
        number: truth.wave.change,
        incidents_after: Object.values(truth.wave.members).flat().length,
      },
    ]);
  });

  test("has the planted bursts, and no other", async () => {
    const found = await rows<{ service: string }>(
      group,
      `select service from marts.mart_family_bursts join marts.mart_families using (audience_id, family_id)
       where audience_id = 'group' and is_burst order by 1`,
    );
    const planted = truth.families.filter(({ rhythm }) => rhythm === "burst");
    expect(found.map(({ service }) => service)).toEqual(
      planted.map(({ service }) => service).toSorted(),
    );
  });

  test("tells the fixed problem from the unfixed one", async () => {
    const found = await rows<{ problem: string; word: string }>(
      group,
      `select problem, word from intermediate.int_family_fixes join intermediate.int_fix_verdicts using (audience_id, family_id, problem)
       where audience_id = 'group' order by linked_incidents`,
    );
    const wordOf = (name: string) =>
      found.findLast(({ problem }) => problem === truth.problems[name]!.problem)!.word;
    expect(wordOf("fixed")).toBe("gone");
    expect(wordOf("unfixed")).toBe("inconclusive");
  });

  test("has a site that is better crude and worse with one mix for all, in every month", async () => {
    const { better_crude, better_standardised } = truth.fair_comparison;
    const found = await rows(
      group,
      `select distinct arg_max(site_id, crude) as better_crude, arg_max(site_id, adjusted) as better_standardised
       from marts.mart_site_comparison
       where audience_id = 'group' and clock = 'resolution' and site_id in ('${better_crude}', '${better_standardised}') group by month`,
    );
    expect(found).toEqual([{ better_crude, better_standardised }]);
  });

  test("has one model that fails more than the others of its kind", async () => {
    expect(
      await rows(
        group,
        "select model from marts.mart_asset_failures where audience_id = 'group' and is_outlier",
      ),
    ).toEqual([{ model: truth.families.find(({ model }) => model)!.model }]);
  });
});
