import { z } from "zod";
import type { CsvDialect } from "../connectors/csv.ts";
import { ENCODINGS } from "../connectors/encoding.ts";
import { contractOf, RECORD_KINDS } from "./contract.ts";
import type { RecordKind } from "./contract.ts";
import { NUMERIC_FORMATS } from "./date-format.ts";
import { canonicalContract, contractFaults } from "./mapping-check.ts";
import type { MappingContract } from "./mapping-check.ts";
import {
  type ExtendedMapping,
  extendMapping,
  presetPath,
  PRESETS,
  VOCABULARIES,
} from "./preset.ts";
import { checkYaml, ConfigError, readYaml, valueAt } from "./yaml-file.ts";
import type { YamlPath } from "./yaml-file.ts";

/** How one field of a record is filled from a row of the source. */
export interface FieldSource {
  /** Columns, of which the first that is not missing gives the value; empty for a constant. */
  columns: string[];
  /** Value of every record, instead of a column. */
  constant?: string | number | boolean;
  /** Name of the lookup table that the value goes through. */
  lookup?: string;
  /** Name of the lookup table by the canonical value of another field, which says what this one holds. */
  lookupBy?: { field: string; tables: Record<string, string> };
  /** What is read is the time that remains: true unless it is negative. */
  isRemaining?: true;
  /** A preset's own: the export of this tool may well lack its columns. */
  isInherited?: true;
  /** strptime formats and `NUMERIC_FORMATS`, tried in order; empty means ISO 8601, or what the column's values show. */
  formats: string[];
  /** Character before the decimals; default what the column's values show. */
  decimal?: "." | ",";
  /** Value when the lookup has no home for the source's. */
  else?: string;
}

/** How a column that is named by its position stands among the names of columns. */
const atPosition = (position: number): string => `#${position}`;

const COLUMN = "the name of a column";
const columnSchema = z.string({ error: COLUMN }).min(1, { error: COLUMN });
const FORMAT = `a strptime format such as "%d/%m/%Y %H:%M", or ${NUMERIC_FORMATS.join(", ")}`;
const formatSchema = z
  .string({ error: FORMAT })
  .refine(
    (format) => format.includes("%") || (NUMERIC_FORMATS as readonly string[]).includes(format),
    {
      error: FORMAT,
    },
  );
const POSITION = "the position of a column, from 1";
const scalarSchema = z.union([z.string(), z.number(), z.boolean()], {
  error: "text, a number, true or false",
});

const fieldShape = {
  column: columnSchema
    .optional()
    .describe('Column of the source; the second of one name is "Name#2"'),
  position: z
    .int({ error: POSITION })
    .min(1, { error: POSITION })
    .optional()
    .describe("Position of the column, from 1, instead of its name"),
  first: z
    .array(columnSchema)
    .min(1)
    .optional()
    .describe("Columns, of which the first not missing gives the value"),
  constant: scalarSchema.optional().describe("Value of every record"),
  format: z
    .union([formatSchema.transform((format) => [format]), z.array(formatSchema).min(1)], {
      error: `${FORMAT}, or a list of them`,
    })
    .optional()
    .describe(
      "strptime format of an instant or date (month names in six languages for %b), epoch_seconds, epoch_milliseconds or excel_days, or several to try in order; default ISO 8601 or what the whole column shows",
    ),
  decimal: z
    .enum([".", ","], { error: '"." or ","' })
    .optional()
    .describe("Character before the decimals of a number; default what the whole column shows"),
  read: z
    .literal("remaining", { error: "remaining" })
    .optional()
    .describe("The column holds the time that remains (-01:20): true unless it is negative"),
  lookup_by: z
    .strictObject({
      field: z.string({ error: "the name of a field" }).describe("Field that says what this holds"),
      tables: z
        .record(z.string(), z.string({ error: "the name of a lookup" }))
        .describe("Name of the lookup table by the canonical value of that field"),
    })
    .optional()
    .describe("Lookup tables the value goes through, by the value of another field"),
  lookup: z
    .string({ error: "the name of a lookup" })
    .optional()
    .describe("Lookup table the value goes through"),
  else: scalarSchema
    .transform(String)
    .optional()
    .describe("Value when the lookup does not know the source's; default missing, counted"),
};

const longFieldSchema = z

  .strictObject(fieldShape)
  .refine(
    (field) =>
      [field.column, field.position, field.first, field.constant].filter(
        (given) => given !== undefined,
      ).length === 1,
    {
      error: "exactly one of column, position, first and constant",
    },
  )
  .refine((field) => field.else === undefined || field.lookup !== undefined, {
    error: "else only beside a lookup",
  })
  .refine((field) => field.constant === undefined || (field.lookup ?? field.format) === undefined, {
    error: "a constant without lookup or format",
  })
  .transform((field): FieldSource => {
    const spec: FieldSource = {
      columns:
        field.position === undefined
          ? field.column === undefined
            ? (field.first ?? [])
            : [field.column]
          : [atPosition(field.position)],
      formats: field.format ?? [],
    };
    if (field.constant !== undefined) spec.constant = field.constant;
    if (field.decimal !== undefined) spec.decimal = field.decimal;
    if (field.lookup !== undefined) spec.lookup = field.lookup;
    if (field.lookup_by !== undefined) spec.lookupBy = field.lookup_by;
    if (field.read !== undefined) spec.isRemaining = true;
    if (field.else !== undefined) spec.else = field.else;
    return spec;
  });

const shortFieldSchema = columnSchema.transform((column): FieldSource => ({
  columns: [column],
  formats: [],
}));

const fieldSchema = z.union([shortFieldSchema, longFieldSchema], {
  error:
    "the name of a column, or {column | position | first | constant, format, decimal, lookup, else}",
});

const CHARACTER = "one character";
const characterSchema = z.string({ error: CHARACTER }).length(1, { error: CHARACTER });

/** What exports write where there is no value. */
export const MISSING_MARKERS = [
  "",
  "?",
  "-",
  "--",
  "—",
  "NULL",
  "null",
  "Null",
  "(null)",
  "N/A",
  "n/a",
  "#N/A",
  "#N/B",
  "#N/D",
  "#NV",
  "#NA",
  "#VALUE!",
  "#REF!",
  "(empty)",
  "(vide)",
  "NaN",
  "nan",
] as const;

const mappingShape = {
  preset: z
    .enum(PRESETS)
    .optional()
    .describe("Preset that the mapping begins with; its own keys come before the preset's"),
  vocabulary: z
    .array(z.enum(VOCABULARIES))
    .optional()
    .describe("Tables of words to take in: those of a tool or a language"),
  record: z
    .string({ error: "a kind of record such as ticket" })
    .describe("Canonical record that a row makes"),
  name: z.string().optional().describe("Name of the mapping, for people; default none"),
  rows: z
    .enum(["snapshot", "history"])
    .default("snapshot")
    .describe(
      "What a row is: the record as it is now (default), or its state at one instant (tickets only)",
    ),
  dialect: z
    .strictObject({
      separator: characterSchema.optional().describe("Character between values; default detected"),
      quote: characterSchema.optional().describe('Character around quoted values; default "'),
      encoding: z
        .enum(ENCODINGS, { error: `one of ${ENCODINGS.join(", ")}` })
        .optional()
        .describe("Encoding of the file; default detected"),
      skip_lines: z
        .int({ error: "a number of lines" })
        .min(0)
        .optional()
        .describe("Lines before the header; default detected"),
      sheet: z.string().optional().describe("Sheet of a workbook; default the first"),
      member: z.string().optional().describe("File in a zip; needed where there are several"),
    })
    .default({})
    .describe("How the file is written; default detected"),
  dates: z
    .union([formatSchema.transform((format) => [format]), z.array(formatSchema).min(1)], {
      error: `${FORMAT}, or a list of them`,
    })
    .optional()
    .describe(
      "Format of the instants and dates that state none; default ISO 8601, or what the columns show",
    ),
  missing: z
    .array(z.string({ error: "text" }))
    .default([...MISSING_MARKERS])
    .describe(
      `Values that mean no value, compared as they are; default the empty text and ${MISSING_MARKERS.slice(1).join(" ")}`,
    ),
  lenient: z
    .array(z.string({ error: "the name of a field" }))
    .default([])
    .describe(
      "Fields whose unreadable values become missing, counted, instead of quarantining the record",
    ),
  fields: z
    .record(z.string(), fieldSchema)
    .describe("Each field of the record and where it comes from"),
  lookups: z
    .record(z.string(), z.record(z.string(), scalarSchema.transform(String).nullable()))
    .default({})
    .describe(
      "Tables from the source's words to canonical ones; null for a word that says nothing",
    ),
};

/** A mapping with what it takes from its preset: from the columns of one export to one canonical record. */
export const mappingSchema = z
  .strictObject(mappingShape)
  .describe("From the columns of one export to one canonical record");

/** What may be said over a preset: any key, fields in part, and nothing (`null`) for a field that is not wanted. */
const overrideShape = {
  ...z.strictObject(mappingShape).partial().shape,
  rows: withoutDefault(mappingShape.rows),
  dialect: withoutDefault(mappingShape.dialect),
  missing: withoutDefault(mappingShape.missing),
  lenient: withoutDefault(mappingShape.lenient),
  lookups: withoutDefault(mappingShape.lookups),
  fields: z
    .record(z.string(), z.union([columnSchema, z.strictObject(fieldShape).partial(), z.null()]))
    .optional()
    .describe("Fields and where they come from; a part of a field leaves the rest to the preset"),
};

/** The same key, of which nothing is said when it is not there. */
function withoutDefault<S extends z.ZodType>(schema: z.ZodDefault<S>): z.ZodOptional<S> {
  return schema
    .unwrap()
    .optional()
    .describe(schema.description ?? "");
}

/** A mapping file as people write it, for editors; the whole of it is checked by `mappingSchema`. */
export const mappingFileSchema = z
  .strictObject(overrideShape)
  .describe("From the columns of one export to one canonical record");

/** Keys of an input that say more than its preset does. */
export const presetOverrides = {
  rows: overrideShape.rows,
  dialect: overrideShape.dialect,
  dates: overrideShape.dates,
  missing: overrideShape.missing,
  lenient: overrideShape.lenient,
  fields: overrideShape.fields,
  lookups: overrideShape.lookups,
};

/** A mapping as parsed: every default filled, every field in one shape. */
export interface Mapping {
  /** Path as given. */
  path: string;
  record: RecordKind;
  name: string | null;
  rows: "snapshot" | "history";
  /** Null where the file's own dialect is to be detected. */
  dialect: Required<CsvDialect>;
  missing: string[];
  lenient: string[];
  fields: Record<string, FieldSource>;
  /** Null for a word that says nothing: no value, and none that lacks a home. */
  lookups: Record<string, Record<string, string | null>>;
}

/** Where a mapping is written: a file, or an input of the configuration that names a preset. */
export type MappingPlace = string | { config: string; at: YamlPath };

/** Reads a mapping with all that it takes from its preset; throws ConfigError with every fault and its line. */
export async function loadMapping(
  place: MappingPlace,
  contract: MappingContract = canonicalContract,
): Promise<Mapping> {
  if (typeof place === "string")
    return readMapping(await extendMapping(await readYaml(place)), contract);
  const config = await readYaml(place.config);
  const input = valueAt(config.data, place.at) as { preset: string };
  const isOfMapping = (key: string) => key === "preset" || key in presetOverrides;
  const own = Object.fromEntries(Object.entries(input).filter(([key]) => isOfMapping(key)));
  const lineOf = (path: YamlPath) => config.lineOf([...place.at, ...path]);
  const extended = await extendMapping({ ...config, data: own, lineOf });
  return { ...readMapping(extended, contract), path: presetPath(input.preset) };
}

/** Checks a parsed YAML file as a mapping; throws ConfigError with every fault and its line. */
export function readMapping(
  file: ExtendedMapping,
  contract: MappingContract = canonicalContract,
): Mapping {
  const { value, faults } = checkYaml(file, mappingSchema);
  const allFaults = [...faults, ...contractFaults(file, contract)];
  if (value === undefined || allFaults.length > 0) throw new ConfigError(file.path, allFaults);
  const { preset: _preset, vocabulary: _vocabulary, dates = [], ...rest } = value;
  const dated = datedFields(value.record as RecordKind);
  const fields = Object.entries(value.fields).map(([name, field]): [string, FieldSource] => {
    const isDated = field.formats.length === 0 && dated.has(name);
    return [
      name,
      {
        ...field,
        ...(isDated ? { formats: dates } : {}),
        ...(file.inherited?.has(name) ? { isInherited: true } : {}),
      },
    ];
  });
  return {
    ...rest,
    fields: Object.fromEntries(fields),
    path: file.path,
    record: value.record as RecordKind,
    name: value.name ?? null,
    dialect: {
      separator: value.dialect.separator ?? null,
      quote: value.dialect.quote ?? null,
      encoding: value.dialect.encoding ?? null,
      skipLines: value.dialect.skip_lines ?? null,
      sheet: value.dialect.sheet ?? null,
      member: value.dialect.member ?? null,
    },
  };
}

/** Names of the fields that hold an instant or a date. */
const datedFields = (record: RecordKind): Set<string> =>
  new Set(
    (RECORD_KINDS.includes(record) ? contractOf(record).fields : [])
      .filter(({ type }) => type === "instant" || type === "date")
      .map(({ name }) => name),
  );
