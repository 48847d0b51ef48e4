import { z } from "zod";
import { parseDuration } from "./duration.ts";
import { isNameForm } from "./export-instant.ts";
import { presetOverrides } from "./mapping.ts";
import { PRESETS } from "./preset.ts";
import { rejectLimitSchema } from "./reject-limit.ts";
import { kafkaSchema } from "./stream-config.ts";

/** A name in both languages; a plain text stands for both. */
export interface Name {
  fr: string;
  en: string;
}

const text = (expected: string) => z.string({ error: expected }).trim().min(1, { error: expected });

/** A name: text, or one text a language. */
export const nameSchema = z
  .union(
    [
      text("a name").transform((name): Name => ({ fr: name, en: name })),
      z.strictObject({ fr: text("a name in French"), en: text("a name in English") }),
    ],
    { error: "text, or {fr: ..., en: ...}" },
  )
  .describe("Name that people read: text, or {fr: ..., en: ...}");

const ID = "an id of lower-case letters, digits, - and _, such as lumen-france";

/** An id of the configuration, also used in file names. */
export const idSchema = z.string({ error: ID }).regex(/^[a-z0-9][a-z0-9_-]*$/, { error: ID });

/** An IANA zone; whether DuckDB knows it is checked when the whole configuration is. */
export const zoneSchema = z.string({ error: "an IANA zone such as Europe/Paris" });

/** A calendar date; quantities of days from it are never taken in seconds. */
export const dateSchema = z.iso.date({ error: "a date such as 2026-01-31" });

/** The public holidays of a country or of one of its regions. */
export const holidaysSchema = z
  .strictObject({
    country: z
      .string({ error: "a country code such as FR" })
      .describe("ISO 3166 code of the country whose public holidays apply: FR, CA"),
    region: z
      .string({ error: "a region code such as QC" })
      .optional()
      .describe("Code of the region, as date-holidays writes it: QC, 57 (Moselle); default none"),
  })
  .transform(({ country, region }) => ({ country, region: region ?? null }));

export type HolidayPlace = z.output<typeof holidaysSchema>;

const ENTITY_KINDS = ["group", "subsidiary", "site", "department"] as const;

export const entitySchema = z
  .strictObject({
    id: idSchema.describe(
      "Id of the entity; several positions of one entity share it with disjoint validity",
    ),
    kind: z.enum(ENTITY_KINDS).describe("Kind of entity; exactly one group, the root of the tree"),
    parent: idSchema.optional().describe("Id of the entity above; required but for the group"),
    name: nameSchema,
    zone: zoneSchema.optional().describe("IANA zone of a site, for calendars whose zone is `site`"),
    holidays: holidaysSchema
      .optional()
      .describe("Public holidays of a site, for calendars whose holidays are `site`"),
    valid_from: dateSchema
      .optional()
      .describe("First day of this position in the tree; default always"),
    valid_to: dateSchema
      .optional()
      .describe("Last day of this position in the tree; default for ever"),
  })
  .describe("One entity of the organisation at one position in its tree")
  .transform((entity) => ({
    id: entity.id,
    kind: entity.kind,
    parent: entity.parent ?? null,
    name: entity.name,
    zone: entity.zone ?? null,
    holidays: entity.holidays ?? null,
    validFrom: entity.valid_from ?? null,
    validTo: entity.valid_to ?? null,
  }));

export type Entity = z.output<typeof entitySchema>;

export const organisationSchema = z
  .strictObject({
    name: nameSchema,
    reporting_zone: zoneSchema.describe("IANA zone in which months are cut; required"),
    entities: z
      .array(entitySchema)
      .min(1)
      .describe("The group, its subsidiaries, sites and departments, as a tree by `parent`"),
  })
  .describe("The group that is reported on")
  .transform(({ name, reporting_zone, entities }) => ({
    name,
    reportingZone: reporting_zone,
    entities,
  }));

export const serviceSchema = z
  .strictObject({
    id: text("an id").describe("Id of the service, as tickets carry it after mapping"),
    name: nameSchema,
  })
  .describe("A service that users know");

export const servicesSchema = z
  .array(serviceSchema)
  .describe("Services that users know; default none");

export type Service = z.output<typeof serviceSchema>;

/** For how long after a resolution a reopening belongs to the same cycle (DEFINITIONS 16). */
export type ReopenWindow = { openDays: number } | { seconds: number };

const REOPEN_WINDOW = 'open days or hours, such as "7 open days" or 72h';

const reopenWindowSchema = z
  .string({ error: REOPEN_WINDOW })
  .transform((value, context): ReopenWindow => {
    const days = /^(\d{1,3}) open days?$/.exec(value);
    if (days) return { openDays: Number(days[1]) };
    const seconds = /^\d+h$/.test(value) ? parseDuration(value) : undefined;
    if (typeof seconds === "number") return { seconds };
    context.addIssue({ code: "custom", message: REOPEN_WINDOW });
    return z.NEVER;
  });

const INSTANT = "an instant with its offset such as 2026-10-31T23:59:59+01:00";

/** An instant with offset or Z, as ISO UTC text floored to the second. */
const instantSchema = z.iso
  .datetime({ offset: true, error: INSTANT })
  .transform((value) => `${new Date(value).toISOString().slice(0, 19)}Z`);

const EXPORTED_AT =
  "an instant with its offset, or the form of the files' names with %Y, %m and %d such as incident_%Y%m%d.csv";

const exportedAtSchema = z.union(
  [instantSchema, z.string({ error: EXPORTED_AT }).refine(isNameForm, { error: EXPORTED_AT })],
  { error: EXPORTED_AT },
);

const maxRejectsSchema = rejectLimitSchema
  .optional()
  .describe(
    'Most records of one file that may go to quarantine before its import fails: 100 or "0.5 %"; default any number',
  );

export const inputSchema = z
  .strictObject({
    path: text("a path or a glob").describe(
      "File or glob of files to read (.csv, .gz, .zip, .xlsx), relative to the folder of the configuration",
    ),
    mapping: text("a path")
      .optional()
      .describe("Mapping file, relative to the folder of the configuration; or a preset"),
    preset: z
      .enum(PRESETS)
      .optional()
      .describe("Preset that reads the files, where no mapping file does"),
    ...presetOverrides,
    exported_at: exportedAtSchema
      .optional()
      .describe(
        "Instant of the export, which orders exports that overlap: an instant, or the form of the files' names (incident_%Y%m%d.csv), in the source's zone; default the records' own updated_at",
      ),
    full_snapshot: z
      .boolean({ error: "true or false" })
      .default(false)
      .describe(
        "True when each file lists every record there is: one that it no longer shows is no more; default false",
      ),
    max_rejects: maxRejectsSchema,
    required: z
      .boolean({ error: "true or false" })
      .default(true)
      .describe("False when there may be no file yet, as in an inbox; default true"),
  })
  .refine((input) => (input.mapping === undefined) !== (input.preset === undefined), {
    error: "exactly one of mapping and preset",
  })
  .refine(
    (input) =>
      input.mapping === undefined ||
      Object.keys(presetOverrides).every(
        (key) => input[key as keyof typeof presetOverrides] === undefined,
      ),
    { error: "what changes a mapping file in that file; such keys only beside a preset" },
  )
  .refine(
    (input) =>
      !input.full_snapshot || input.exported_at !== undefined || !/[*?[{]/.test(input.path),
    {
      path: ["exported_at"],
      error: `${EXPORTED_AT}: full snapshots of several names have no order without it`,
    },
  )
  .describe("Files of one shape and the mapping that reads them");

export const sourceSchema = z
  .strictObject({
    id: idSchema.describe("Id of the source"),
    tool: text("the tool's name such as ServiceNow").describe(
      "Product that the records come from, for display",
    ),
    instance: text("text")
      .optional()
      .describe(
        "Instance of the tool; tickets of one instance meet by native id; default the source's id",
      ),
    zone: zoneSchema.describe(
      "IANA zone of the instants that carry none; required, nothing is guessed",
    ),
    site: idSchema.optional().describe("Site of the records that name none; default none"),
    data_through: instantSchema
      .optional()
      .describe(
        "Instant up to which the source is complete, with offset; default the latest in its records",
      ),
    reopen_window: reopenWindowSchema
      .prefault("7 open days")
      .describe(
        'How long a reopening belongs to the same cycle: "<n> open days" or "<n>h"; default 7 open days',
      ),
    resolved_from: z
      .enum(["history", "field"])
      .default("history")
      .describe(
        "Where the instant of resolution is taken first: the history of statuses (default) or the field",
      ),
    attribution: text("text")
      .optional()
      .describe(
        "Credit that the licence of the data asks for, shown on the Data page; default none",
      ),
    max_rejects: maxRejectsSchema,
    inputs: z
      .array(inputSchema)
      .min(1)
      .optional()
      .describe("Files to read; at least one, unless there are topics"),
    kafka: kafkaSchema.optional(),
  })
  .refine(({ inputs, kafka }) => (inputs ?? kafka) !== undefined, {
    error: "inputs, or kafka, or both",
  })
  .describe("One export or feed of one tool")
  .transform((source) => ({
    id: source.id,
    tool: source.tool,
    instance: source.instance ?? source.id,
    zone: source.zone,
    site: source.site ?? null,
    dataThrough: source.data_through ?? null,
    reopenWindow: source.reopen_window,
    resolvedFrom: source.resolved_from,
    attribution: source.attribution ?? null,
    inputs: (source.inputs ?? []).map((input) => ({
      path: input.path,
      mapping: input.mapping ?? null,
      exportedAt: input.exported_at ?? null,
      isFull: input.full_snapshot,
      maxRejects: input.max_rejects ?? source.max_rejects ?? null,
      isRequired: input.required,
    })),
    kafka: source.kafka ?? null,
  }));

export type Source = z.output<typeof sourceSchema>;

/** What was taken for granted; every page says so until somebody confirms it. */
export const assumptionSchema = z
  .strictObject({
    id: idSchema.describe("Id of the assumption"),
    text: nameSchema.describe("What is assumed, for people: text, or {fr: ..., en: ...}"),
    confirmed: z
      .boolean()
      .default(false)
      .describe("True once somebody has checked it; default false, and every page says so"),
  })
  .describe("What was taken for granted");

export const storageSchema = text("a folder")
  .default("data")
  .describe("Folder of the warehouse, landing store, state, marts and sites; default data");

export const foldersSchema = z
  .array(text("a folder"))
  .default([])
  .describe(
    "Folders beside that of the configuration that its paths may lead to, such as /srv/exports; default none",
  );

const MEMORY = "an amount such as 3GB or 800MB";

export const engineSchema = z
  .strictObject({
    memory_limit: z
      .string({ error: MEMORY })
      .regex(/^\d+(\.\d+)? ?[KMGT]i?B$/, { error: MEMORY })
      .optional()
      .describe("Most memory DuckDB may use; default its own"),
    threads: z
      .int({ error: "a whole number of at least 1" })
      .min(1)
      .optional()
      .describe("Threads DuckDB may use; default its own"),
  })
  .describe("Limits of the engine")
  .transform(({ memory_limit, threads }) => ({
    memoryLimit: memory_limit ?? null,
    threads: threads ?? null,
  }));

/** Ids of the given entities and of all those below them, in the order of the configuration, each once. */
export function subtreeOf(
  entities: readonly Pick<Entity, "id" | "parent">[],
  roots: readonly string[],
): string[] {
  const covered = new Set(roots);
  for (let size = -1; size !== covered.size;) {
    size = covered.size;
    for (const { id, parent } of entities)
      if (parent !== null && covered.has(parent)) covered.add(id);
  }
  return [...new Set(entities.map(({ id }) => id))].filter((id) => covered.has(id));
}
