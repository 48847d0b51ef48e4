import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import { dateSchema, type Entity, idSchema, nameSchema, subtreeOf } from "../ingest/config.ts";
import { literal } from "../ingest/query.ts";
import { insertRows } from "./calendar.ts";

const CHANGE_TYPES = ["standard", "normal", "emergency"] as const;

const text = (expected: string) => z.string({ error: expected }).trim().min(1, { error: expected });

const exemptionSchema = z
  .strictObject({
    change: text("the number of a change").describe(
      "Number or native id of the change let through",
    ),
    reason: text("why").describe("Why it was let through"),
    approved_by: text("who agreed").describe("Who agreed"),
  })
  .transform((exemption) => ({
    change: exemption.change,
    reason: exemption.reason,
    approvedBy: exemption.approved_by,
  }));

export const freezeSchema = z
  .strictObject({
    id: idSchema.describe("Id of the freeze"),
    name: nameSchema,
    from: dateSchema.describe("First day, local to each site"),
    to: dateSchema.describe("Last day, local to each site"),
    site: z
      .array(idSchema)
      .min(1)
      .optional()
      .describe("Entities, each with all below it; default all"),
    type: z
      .array(z.enum(CHANGE_TYPES))
      .min(1)
      .optional()
      .describe("Types of change that must wait: standard, normal, emergency; default all"),
    exemptions: z.array(exemptionSchema).default([]).describe("Changes let through; default none"),
  })
  .refine(({ from, to }) => from <= to, { path: ["to"], error: "a day not before from" })
  .describe("Days on which changes wait")
  .transform((freeze) => ({
    id: freeze.id,
    name: freeze.name,
    from: freeze.from,
    to: freeze.to,
    entities: freeze.site ?? null,
    types: freeze.type ?? null,
    exemptions: freeze.exemptions,
  }));

export type Freeze = z.output<typeof freezeSchema>;

/** Writes the freezes, one row a site, and their exemptions as relations that models join. */
export async function writeFreezes(
  connection: DuckDBConnection,
  freezes: readonly Freeze[],
  sites: { entities: readonly Entity[]; zoneOf: (siteId: string) => string },
): Promise<void> {
  const instant = (day: string, zone: string): string =>
    `epoch(timezone(${literal(zone)}, date ${literal(day)}::timestamp))::bigint`;
  await insertRows(
    connection,
    `freezes (freeze_id varchar, site_id varchar, name_fr varchar, name_en varchar, from_date varchar, to_date varchar,
      types varchar[], starts_second bigint, ends_second bigint)`,
    freezes.flatMap(({ id, name, from, to, entities, types }) => {
      const covered = entities
        ? subtreeOf(sites.entities, entities)
        : [...new Set(sites.entities.map((entity) => entity.id)), ""];
      return covered.map((siteId) => {
        const zone = sites.zoneOf(siteId);
        const list = types ? `[${types.map(literal).join(", ")}]` : "null";
        return `(${[id, siteId, name.fr, name.en, from, to].map(literal).join(", ")}, ${list},
          ${instant(from, zone)}, epoch(timezone(${literal(zone)}, (date ${literal(to)} + 1)::timestamp))::bigint)`;
      });
    }),
  );
  await insertRows(
    connection,
    "freeze_exemptions (freeze_id varchar, change varchar, reason varchar, approved_by varchar)",
    freezes.flatMap(({ id, exemptions }) =>
      exemptions.map(
        ({ change, reason, approvedBy }) =>
          `(${[id, change, reason, approvedBy].map(literal).join(", ")})`,
      ),
    ),
  );
}
