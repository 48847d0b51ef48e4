import type { Contract, Field } from "./contract.ts";
import type { FieldSource } from "./mapping.ts";
import { faultCases } from "./fault-sql.ts";
import { durationSql } from "./duration-sql.ts";
import { formattedSql, instantPartsSql, instantSql } from "./instant-sql.ts";
import { plainNumberSql } from "./number-format.ts";
import { identifier, literal, literalList } from "./query.ts";
import { firstPersonSql, withoutBlanksSql, withoutHtmlSql } from "./text-sql.ts";
import type { ZoneTransition } from "./zone.ts";

/** What a field's value may be read from, and how: everything the SQL of one field needs besides its contract. */
export interface FieldContext {
  /** The record's contract and where its fields come from, for a field that is read by the value of another. */
  contract: Contract;
  sources: Readonly<Record<string, FieldSource>>;
  /** Columns of the file that exist, by the name the mapping uses, as SQL expressions. */
  columns: ReadonlyMap<string, string>;
  /** Texts that mean "no value". */
  missing: readonly string[];
  lookups: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  zone: string;
  /** Offset changes of the zone: where local times occur twice or not at all. */
  transitions: readonly ZoneTransition[];
  /** UTC instant of the receipt, SQL text. */
  receivedAt: string;
  /** False when no pseudonym key is set: of people only their presence is then kept. */
  keepsPeople: boolean;
}

/** SQL of one field, over the raw expression `raw`; all yield null where there is nothing to say. */
export interface FieldSql {
  field: Field;
  /** The text as the file has it, null when missing. */
  raw: string;
  /** Columns between the raw text and the value, by name, that the value is read from more than once. */
  parts: readonly (readonly [name: string, sql: string])[];
  /** The canonical value of the raw text. */
  value: string;
  /** True where the record cannot be taken for this field's sake. */
  fault: string;
  /** SQL of the word for the fault: missing, unreadable, after_receipt, before_1990, out_of_range, too_long, malformed. */
  reason: string;
  /** SQL of what was expected, for a person. */
  expected: string;
  /** 1 where the local time occurs twice, 2 where it does not exist; null for fields without a local time. */
  timeFlag: string | null;
}

/** Blanks around a cell, the no-break space of spreadsheets among them. */
export const BLANKS = " \t\r\n\u00a0\u202f";

/** English, French, Spanish, Portuguese, German, Italian, Dutch. */
const TRUE_WORDS =
  "true 1 yes y t x on oui o vrai v si sí s sim verdadero verdadeiro ja j wahr waar vero".split(
    " ",
  );
const FALSE_WORDS = "false 0 no n f off non faux não nao falso nein nee falsch onwaar".split(" ");

/** Fields that hold the key of a record. */
const KEYS = "native_id number parent problem caused_by duplicate_of from_id to_id".split(" ");

/** Whether a text begins or ends with a blank: comparisons and suffixes are many times cheaper than to trim it. */
function hasBlanksSql(column: string): string {
  const suffixes = [" ", "\u00a0", "\n", "\r", "\t", "\u202f"].map(
    (blank) => `suffix(${column}, ${literal(blank)})`,
  );
  const isAtStart = (first: string, next: string) =>
    `(${column} >= ${literal(first)} and ${column} < ${literal(next)})`;
  return `(${column} < '!' or ${[...suffixes, isAtStart("\u00a0", "\u00a1"), isAtStart("\u202f", "\u2030")].join(" or ")})`;
}

function cleaned(column: string, missing: readonly string[]): string {
  const words = [...new Set(["", ...missing])];
  const isMissing = (text: string) => `list_contains(${literalList(words)}, ${text})`;
  const trimmed = `trim(${column}, ${literal(BLANKS)})`;
  // The size is a cheap guard: few values are as short as a marker.
  const longest = Math.max(...words.map((word) => Buffer.byteLength(word)));
  return `case when ${hasBlanksSql(column)} then case when not ${isMissing(trimmed)} then ${trimmed} end
    when strlen(${column}) > ${longest} or not ${isMissing(column)} then ${column} end`;
}

/** SQL of the raw text of a field: its constant, or the first of its columns that has a value. */
export function rawSql(
  source: FieldSource,
  context: Pick<FieldContext, "columns" | "missing">,
): string {
  if (source.constant !== undefined) return literal(String(source.constant));
  const present = source.columns.flatMap((name) => context.columns.get(name) ?? []);
  const texts = [...new Set(present)].map((column) => cleaned(column, context.missing));
  if (texts.length === 0) return "null::varchar";
  return texts.length === 1 ? texts[0]! : `coalesce(${texts.join(", ")})`;
}

function translated(
  raw: string,
  pairs: Iterable<readonly [string, string | null]>,
  otherwise: string,
): string {
  const branches = new Map<string, string | null>();
  for (const [word, value] of pairs) branches.set(word.toLowerCase(), value);
  if (branches.size === 0) return otherwise;
  const cases = [...branches].map(
    ([word, value]) => `when ${literal(word)} then ${value === null ? "null" : literal(value)}`,
  );
  return `case lower(${raw}) ${cases.join(" ")} else ${otherwise} end`;
}

function choiceSql(field: Field, source: FieldSource, raw: string, context: FieldContext): string {
  const lookup = source.lookup ? (context.lookups[source.lookup] ?? {}) : {};
  const otherwise =
    source.else === undefined
      ? "null"
      : `case when ${raw} is not null then ${literal(source.else)} end`;
  const words = field.values.map((value) => [value, value] as const);
  return translated(raw, [...words, ...Object.entries(lookup)], otherwise);
}

/** A person under a keyed pseudonym; without a key only that there is one is kept, as `*`. */
export function personSql(raw: string, { keepsPeople }: Pick<FieldContext, "keepsPeople">): string {
  if (!keepsPeople) return `case when ${raw} is not null then '*' end`;
  const key = "getvariable('pseudonym_key')";
  return `substr(sha256(${key} || sha256(${key} || ${raw})), 1, 16)`;
}

function textSql(field: Field, source: FieldSource, raw: string, context: FieldContext): string {
  if (field.isPerson) return personSql(firstPersonSql(raw), context);
  if (source.lookupBy) return lookupBySql(source.lookupBy, raw, context);
  if (!source.lookup) {
    if (source.constant !== undefined) return raw;
    return KEYS.includes(field.name) ? withoutBlanksSql(raw) : withoutHtmlSql(raw);
  }
  const otherwise =
    source.else === undefined
      ? raw
      : `case when ${raw} is not null then ${literal(source.else)} end`;
  return translated(raw, Object.entries(context.lookups[source.lookup] ?? {}), otherwise);
}

/** The value through the table of what another field says; as it is where that has no table. */
function lookupBySql(
  { field, tables }: NonNullable<FieldSource["lookupBy"]>,
  raw: string,
  context: FieldContext,
): string {
  const other = context.contract.fields.find(({ name }) => name === field);
  const source = context.sources[field];
  if (!other || !source) return raw;
  const cases = Object.entries(tables).map(
    ([value, table]) =>
      `when ${literal(value)} then ${translated(raw, Object.entries(context.lookups[table] ?? {}), raw)}`,
  );
  return `case ${valueSql(other, source, identifier(`r_${field}`), context)} ${cases.join(" ")} else ${raw} end`;
}

function booleanSql(source: FieldSource, raw: string, context: FieldContext): string {
  if (source.isRemaining)
    return `case when regexp_matches(${raw}, '\\d') then not starts_with(${raw}, '-') end`;
  const word = source.lookup
    ? translated(raw, Object.entries(context.lookups[source.lookup] ?? {}), raw)
    : raw;
  return `case when list_contains(${literalList(TRUE_WORDS)}, lower(${word})) then true when list_contains(${literalList(FALSE_WORDS)}, lower(${word})) then false end`;
}

function dateSql(source: FieldSource, raw: string): string {
  if (source.formats.length > 0) {
    const { local, utc } = formattedSql(source.formats, raw);
    return `coalesce(${local}, ${utc})::date`;
  }
  return `case when regexp_full_match(${raw}, '\\d{4}-\\d{2}-\\d{2}( 00:00(:00)?)?') then try_cast(substr(${raw}, 1, 10) as date) end`;
}

/** Whole numbers may be written with decimals that are all zero. */
const NUMBER_FORMS: Partial<Record<Field["type"], string>> = {
  integer: "[+-]?\\d{1,18}(\\.0*)?",
  decimal: "[+-]?\\d{1,13}(\\.\\d{0,6})?",
};

function numberSql(field: Field, source: FieldSource, raw: string): string {
  const form = literal(NUMBER_FORMS[field.type]!);
  const text = plainNumberSql(raw, source.decimal);
  if (field.type === "decimal")
    return `case when regexp_full_match(${text}, ${form}) then try_cast(${text} as decimal(18, 4)) end`;
  return `case when regexp_full_match(${text}, ${form}) then try_cast(regexp_extract(${text}, '^[+-]?\\d+') as bigint) end`;
}

function valueSql(field: Field, source: FieldSource, raw: string, context: FieldContext): string {
  switch (field.type) {
    case "text":
      return textSql(field, source, raw, context);
    case "choice":
      return choiceSql(field, source, raw, context);
    case "instant":
      return instantSql(partNames(field), context).value;
    case "date":
      return dateSql(source, raw);
    case "integer":
      return field.name.endsWith("_seconds")
        ? `coalesce(${durationSql(raw)}, ${numberSql(field, source, raw)})`
        : numberSql(field, source, raw);
    case "decimal":
      return numberSql(field, source, raw);
    case "boolean":
      return booleanSql(source, raw, context);
  }
}

/** Names of the columns that hold the local time and the UTC instant of a field. */
export const partNames = ({ name }: Pick<Field, "name">): { local: string; utc: string } => ({
  local: identifier(`l_${name}`),
  utc: identifier(`u_${name}`),
});

function instantParts(field: Field, source: FieldSource, raw: string): FieldSql["parts"] {
  const names = partNames(field);
  const { local, utc } = instantPartsSql(source, raw);
  return [
    [names.local, local],
    [names.utc, utc],
  ];
}

/**
 * SQL that reads one field of the contract, given the names of the columns that hold its raw text and its value.
 */
export function fieldSql(
  field: Field,
  source: FieldSource,
  context: FieldContext,
  names: { raw: string; value: string },
): FieldSql {
  const raw = identifier(names.raw);
  const value = identifier(names.value);
  const cases = faultCases(field, source, { raw, value, receivedAt: context.receivedAt });
  const first = (part: "reason" | "expected") =>
    `case ${cases.map((fault) => `when ${fault.test} then ${literal(fault[part])}`).join(" ")} end`;
  return {
    field,
    raw: rawSql(source, context),
    parts: field.type === "instant" ? instantParts(field, source, raw) : [],
    value: valueSql(field, source, raw, context),
    fault:
      cases.length === 0
        ? "false"
        : `coalesce(${cases.map(({ test }) => `(${test})`).join(" or ")}, false)`,
    reason: first("reason"),
    expected: first("expected"),
    timeFlag: field.type === "instant" ? instantSql(partNames(field), context).timeFlag : null,
  };
}
