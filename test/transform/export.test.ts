import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { tableFromIPC } from "apache-arrow";
import { beforeAll, describe, expect, test } from "vitest";
import { row, rows } from "../../ingest/query.ts";
import { openWarehouse } from "../../ingest/warehouse.ts";
import type { Context } from "../../transform/context.ts";
import { exportMarts } from "../../transform/export.ts";
import { configIn, ingestAll, temporaryFolder, transformAll } from "../project.ts";

/** The sample with a second audience, which sees the French subsidiary only, and a contract of Montréal alone. */
async function configOfTwo(folder: string) {
  const config = await configIn("test/fixtures/sample/vigie.yaml", folder);
  const group = config.audiences[0]!;
  const montreal = {
    ...config.commitments[0]!,
    id: "montreal-only",
    scope: { ...config.commitments[0]!.scope, entities: ["montreal"], priorities: ["P1" as const] },
  };
  return {
    ...config,
    commitments: [...config.commitments, montreal],
    audiences: [
      group,
      {
        ...group,
        id: "france",
        entities: ["lumen-france"],
        coveredEntities: ["lumen-france", "paris"],
      },
    ],
  };
}

async function martRows(
  folder: string,
  audience: string,
  mart: string,
): Promise<Record<string, unknown>[]> {
  const bytes = gunzipSync(await readFile(join(folder, audience, `${mart}.arrow.gz`)));
  return tableFromIPC(bytes)
    .toArray()
    .map((found) => ({ ...(found as { toJSON(): Record<string, unknown> }).toJSON() }));
}

describe("an export for two audiences", () => {
  let exported: string;
  let context: Context;
  let facts: { sites: Record<string, number>; opened: number };
  beforeAll(async () => {
    const folder = await temporaryFolder();
    const config = await configOfTwo(folder.path);
    using warehouse = await openWarehouse(config.storage.warehouse);
    const { connection } = warehouse;
    await ingestAll(warehouse, config);
    const { fingerprint } = await transformAll(warehouse, config);
    exported = config.storage.marts;
    await exportMarts(connection, config, { folder: exported, fingerprint });
    const resolved = await rows<{ site: string; n: number }>(
      connection,
      "select site_id as site, count(*) as n from marts.fct_tickets where resolved_at is not null group by 1",
    );
    const { opened } = await row<{ opened: number }>(
      connection,
      "select count(*) as opened from marts.fct_tickets",
    );
    facts = { sites: Object.fromEntries(resolved.map(({ site, n }) => [site, n])), opened };
    context = JSON.parse(
      await readFile(join(exported, "france", "context.json"), "utf8"),
    ) as Context;
    return () => folder[Symbol.asyncDispose]();
  });

  test("gives the whole group every ticket", async () => {
    const flow = await martRows(exported, "group", "mart_flow_monthly");
    expect(flow.reduce((sum, each) => sum + Number(each["opened"]), 0)).toBe(facts.opened);
  });

  test("cuts the rows of other sites before anything is written", async () => {
    for (const mart of [
      "mart_flow_monthly",
      "mart_sla_monthly",
      "mart_delays_monthly",
      "mart_tool_verdict_monthly",
    ]) {
      const sites = new Set(
        (await martRows(exported, "france", mart)).map((each) => each["site_id"]),
      );
      expect(sites, mart).toEqual(new Set(["paris"]));
    }
  });

  test.each(["group", "france"])(
    "computes the totals of %s from its own tickets",
    async (audience) => {
      const isTotal = (each: Record<string, unknown>) =>
        each["month"] === "" &&
        each["time"] === "calendar" &&
        ["site_id", "type", "priority"].every((cut) => each[cut] === "*");
      const [total] = (await martRows(exported, audience, "mart_delay_quantiles_monthly")).filter(
        isTotal,
      );
      const { paris = 0, montreal = 0 } = facts.sites;
      expect(total?.["tickets"]).toBe(audience === "france" ? paris : paris + montreal);
    },
  );

  test("names no entity, source or contract that the audience has nothing to do with", async () => {
    expect(context.entities.map(({ id }) => id)).toEqual(["lumen-france", "paris"]);
    expect(context.commitments.map(({ id }) => id)).not.toContain("montreal-only");
    expect(context.commitments.length).toBe(3);
    expect(JSON.stringify(context)).not.toMatch(/montreal|canada|toronto/i);
  });
});
