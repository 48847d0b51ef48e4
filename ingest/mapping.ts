import { z } from "zod";
import type { CsvDialect } from "../connectors/csv.ts";
import { ENCODINGS } from "../connectors/encoding.ts";
import type { RecordKind } from "./contract.ts";
import { NUMERIC_FORMATS } from "./date-format.ts";
import { canonicalContract, contractFaults } from "./mapping-check.ts";
import type { MappingContract } from "./mapping-check.ts";
import { checkYaml, ConfigError, readYaml } from "./yaml-file.ts";
import type { YamlFile } from "./yaml-file.ts";

/** How one field of a record is filled from a row of the source. */
export interface FieldSource {
  /** Columns, of which the first that is not missing gives the value; empty for a constant. */
  columns: string[];
  /** Value of every record, instead of a column. */
  constant?: string | number | boolean;
  /** Name of the lookup table that the value goes through. */
  lookup?: string;
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

const longFieldSchema = z
  .strictObject({
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
    lookup: z
      .string({ error: "the name of a lookup" })
      .optional()
      .describe("Lookup table the value goes through"),
    else: scalarSchema
      .transform(String)
      .optional()
      .describe("Value when the lookup does not know the source's; default missing, counted"),
  })
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
    if (field.else !== undefined) spec.else = field.else;
    return spec;
  });

const fieldSchema = z.union(
  [
    columnSchema.transform((column): FieldSource => ({ columns: [column], formats: [] })),
    longFieldSchema,
  ],
  {
    error:
      "the name of a column, or {column | position | first | constant, format, decimal, lookup, else}",
  },
);

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

/** A mapping file: from the columns of one export to one canonical record. */
export const mappingSchema = z
  .strictObject({
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
        separator: characterSchema
          .optional()
          .describe("Character between values; default detected"),
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
  })
  .describe("From the columns of one export to one canonical record");

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

/** Reads a mapping file; throws ConfigError with every fault and its line. */
export async function loadMapping(
  path: string,
  contract: MappingContract = canonicalContract,
): Promise<Mapping> {
  return readMapping(await readYaml(path), contract);
}

/** Checks a parsed YAML file as a mapping; throws ConfigError with every fault and its line. */
export function readMapping(
  file: YamlFile,
  contract: MappingContract = canonicalContract,
): Mapping {
  const { value, faults } = checkYaml(file, mappingSchema);
  const allFaults = [...faults, ...contractFaults(file, contract)];
  if (value === undefined || allFaults.length > 0) throw new ConfigError(file.path, allFaults);
  return {
    ...value,
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
