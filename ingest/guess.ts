import type { TableFile } from "../connectors/connector.ts";
import { columnPosition } from "./column-name.ts";
import { contractOf, type Field, type RecordKind } from "./contract.ts";
import { type DayOrder, decideDayOrder, detectDates, orderFormats } from "./date-format.ts";
import { type FieldSource, type Mapping, readMapping } from "./mapping.ts";
import { type About, extendMapping, presetAbout, PRESETS } from "./preset.ts";
import { closest } from "./suggestion.ts";
import { parseYaml } from "./yaml-file.ts";

/** A field that a file feeds, with what its column holds and what is made of it. */
export interface GuessedField {
  field: string;
  column: string;
  isEmpty: boolean;
  /** Some values of the column (none of people and free text), and the canonical word of each where there is a lookup. */
  samples: { text: string; value: string | null }[];
  /** Words of the column that no lookup knows, with their counts in the sample. */
  homeless: { word: string; records: number }[];
}

/** What can be told of a file of which nothing is known. */
export interface Guess {
  preset: string | null;
  about: About | null;
  record: RecordKind;
  mapping: Mapping;
  fields: GuessedField[];
  /** Fields of the record, or of the preset, that no column feeds. */
  missing: string[];
  /** Columns that nothing reads. */
  unread: string[];
  /** Formats of the dates that are not ISO 8601, and whether the values themselves tell the day from the month. */
  dates: { formats: string[]; order: DayOrder | null; isAssumed: boolean };
  /** True where some instant carries no offset, so that the source's zone decides. */
  needsZone: boolean;
}

interface Candidate {
  preset: string;
  about: About;
  mapping: Mapping;
  score: number;
}

const MAX_SAMPLES = 3;

/** The mapping of a preset as it stands. */
const presetMapping = async (id: string): Promise<Mapping> =>
  readMapping(await extendMapping(parseYaml(`${id}.yaml`, `preset: ${id}`)));

const columnOf = (source: FieldSource, header: readonly string[]): number =>
  source.columns.reduce((at, name) => (at < 0 ? columnPosition(name, header) : at), -1);

/** How well a preset reads a file; undefined when a required field has no column. */
async function judge(preset: string, file: TableFile): Promise<Candidate | undefined> {
  const mapping = await presetMapping(preset);
  const about = await presetAbout(preset);
  const { fields } = contractOf(mapping.record);
  const fed = fields.filter(({ name }) => isFed(mapping.fields[name], file.header));
  if (fields.some((field) => field.isRequired && !fed.includes(field))) return undefined;
  const columns = new Set(
    fed.map(({ name }) => columnOf(mapping.fields[name]!, file.header)).filter((at) => at >= 0),
  );
  const known = fed
    .filter(({ type }) => type === "choice")
    .map((field) => knownShare(field, mapping, file));
  const numbers = [mapping.fields["number"], mapping.fields["native_id"]].flatMap((source) =>
    source ? texts(file, columnOf(source, file.header)).slice(0, 50) : [],
  );
  const pattern = about.numbers === undefined ? null : new RegExp(about.numbers, "i");
  const isNumbered = pattern !== null && numbers.some((number) => pattern.test(number));
  const isOther = pattern !== null && !isNumbered;
  const score =
    columns.size +
    known.reduce((sum, share) => sum + 2 * share - 1, 0) +
    (isNumbered ? 4 : 0) -
    (isOther ? 1 : 0);
  return columns.size < 3 ? undefined : { preset, about, mapping, score };
}

const isFed = (source: FieldSource | undefined, header: readonly string[]): boolean =>
  source !== undefined && (source.constant !== undefined || columnOf(source, header) >= 0);

/** Values of a column in the sample of a file, those that say nothing left out. */
function texts(file: TableFile, position: number): string[] {
  if (position < 0) return [];
  return file
    .sample()
    .map((record) => (record[position] ?? "").trim())
    .filter((text) => text !== "");
}

function homeOf(field: Field, mapping: Mapping, text: string): string | null | undefined {
  const source = mapping.fields[field.name]!;
  const words = new Map(
    field.values.map((value): [string, string | null] => [value.toLowerCase(), value]),
  );
  for (const [word, value] of Object.entries(mapping.lookups[source.lookup ?? ""] ?? {}))
    words.set(word.toLowerCase(), value);
  return words.has(text.toLowerCase())
    ? words.get(text.toLowerCase())!
    : (source.else ?? undefined);
}

function knownShare(field: Field, mapping: Mapping, file: TableFile): number {
  const found = texts(file, columnOf(mapping.fields[field.name]!, file.header));
  if (found.length === 0) return 0.5;
  return found.filter((text) => homeOf(field, mapping, text) !== undefined).length / found.length;
}

/** Names by which the presets of a kind of record call a field. */
async function pooledNames(record: RecordKind): Promise<Map<string, string[]>> {
  const pool = new Map<string, string[]>();
  for (const id of PRESETS) {
    const mapping = await presetMapping(id);
    if (mapping.record !== record) continue;
    for (const [field, { columns }] of Object.entries(mapping.fields))
      pool.set(field, [...(pool.get(field) ?? []), ...columns]);
  }
  return pool;
}

const POOLED = ["type", "status", "priority", "channel", "hold_reason"] as const;

/** A mapping of tickets made from the names that all tools use, and those like them; null when key or opening is not found. */
async function pooledMapping(file: TableFile): Promise<string | null> {
  const pool = await pooledNames("ticket");
  const fields = new Map<string, string>();
  const taken = new Set<string>();
  for (const isLoose of [false, true]) {
    for (const [field, names] of pool) {
      if (fields.has(field)) continue;
      const free = file.header.filter((column) => !taken.has(column));
      const exact = names.map((name) => columnPosition(name, free)).find((at) => at >= 0);
      const like = isLoose ? free.findIndex((column) => closest(column, names) !== undefined) : -1;
      const column = exact === undefined ? free[like] : free[exact];
      if (column === undefined) continue;
      fields.set(field, column);
      taken.add(column);
    }
  }
  const columnTexts = (column: string) => texts(file, file.header.indexOf(column));
  const isKey = (column: string) => {
    const values = columnTexts(column);
    return values.length === file.sample().length && new Set(values).size === values.length;
  };
  const isDate = (column: string) => {
    const forms = detectDates(columnTexts(column));
    return forms.values === file.sample().length && forms.unknown === 0;
  };
  const free = () => file.header.filter((column) => ![...fields.values()].includes(column));
  if (!isKey(fields.get("native_id") ?? "")) {
    const key = free().find(isKey);
    if (key !== undefined) fields.set("native_id", key);
  }
  if (!isDate(fields.get("opened_at") ?? "")) {
    const opened = free().find((column) => isDate(column) && !isKey(column)) ?? free().find(isDate);
    if (opened !== undefined) fields.set("opened_at", opened);
  }
  if (!fields.has("native_id") || !fields.has("opened_at")) return null;
  const lines = [...fields].map(([field, column]) => {
    const lookup = POOLED.find((name) => name === field);
    const table =
      lookup && (lookup === "type" || lookup === "status" ? `ticket_${lookup}` : lookup);
    return `  ${field}: ${JSON.stringify(table ? { column, lookup: table } : { column })}`;
  });
  // Later vocabularies say more than the earlier: that of no tool comes last.
  const words = "lookups: { hold_reason: {} }";
  return `record: ticket\nvocabulary: [glpi, jira, common]\nfields:\n${lines.join("\n")}\n${words}\n`;
}

/**
 * Tells what a file holds: the preset that reads it best, else the columns that look like those of a ticket.
 *
 * @param order which number of a date is the day where the values do not tell.
 * @throws when neither a key nor an opening can be made out.
 */
export async function guessFile(file: TableFile, order: DayOrder): Promise<Guess> {
  const found = await Promise.all(PRESETS.map((preset) => judge(preset, file)));
  const best = found
    .filter((candidate) => candidate !== undefined)
    .toSorted((a, b) => b.score - a.score)[0];
  if (best) return describe(file, best.mapping, best, order);
  const text = await pooledMapping(file);
  if (text === null) {
    throw new Error(
      `cannot tell what ${file.name} holds: columns ${file.header.slice(0, 12).join(", ")}; expected a key and a date of opening, write a mapping file for it`,
    );
  }
  const mapping = readMapping(await extendMapping(parseYaml(file.name, text)));
  return describe(file, mapping, null, order);
}

function describe(
  file: TableFile,
  mapping: Mapping,
  best: Candidate | null,
  order: DayOrder,
): Guess {
  const contract = contractOf(mapping.record);
  const fed = contract.fields.filter(({ name }) => isFed(mapping.fields[name], file.header));
  const fields = fed.flatMap((field): GuessedField[] => {
    const at = columnOf(mapping.fields[field.name]!, file.header);
    return at < 0 ? [] : [guessedField(file, field, mapping, at)];
  });
  const wanted = best ? Object.keys(mapping.fields) : contract.fields.map(({ name }) => name);
  const read = new Set(fields.map(({ column }) => column));
  return {
    preset: best?.preset ?? null,
    about: best?.about ?? null,
    record: mapping.record,
    mapping,
    fields,
    missing: wanted.filter((name) => !fed.some((field) => field.name === name)),
    unread: file.header.filter((column) => !read.has(column)),
    ...guessDates(file, fed, mapping, order),
  };
}

function guessedField(file: TableFile, field: Field, mapping: Mapping, at: number): GuessedField {
  // Words are told apart as lookups do: letter case aside.
  const counts = new Map<string, { text: string; records: number }>();
  for (const text of texts(file, at)) {
    const known = counts.get(text.toLowerCase());
    counts.set(text.toLowerCase(), {
      text: known?.text ?? text,
      records: (known?.records ?? 0) + 1,
    });
  }
  const isChoice = field.type === "choice";
  const common = [...counts.values()].toSorted((a, b) => b.records - a.records);
  const said = isOfPeople(field) ? [] : common.slice(0, MAX_SAMPLES);
  const homeless = common.filter(({ text }) => homeOf(field, mapping, text) === undefined);
  return {
    field: field.name,
    column: file.header[at]!,
    isEmpty: common.length === 0,
    samples: said.map(({ text }) => ({
      text,
      value: isChoice ? (homeOf(field, mapping, text) ?? null) : null,
    })),
    homeless: isChoice ? homeless.map(({ text, records }) => ({ word: text, records })) : [],
  };
}

/** Names of people, and texts that may hold some: their values are not shown. */
const isOfPeople = (field: Field): boolean =>
  field.isPerson || (field.type === "text" && (field.maxLength ?? 0) > 256);

const OFFSET = /(Z|[+-]\d{2}:?\d{2})$/;

function guessDates(
  file: TableFile,
  fed: readonly Field[],
  mapping: Mapping,
  order: DayOrder,
): Pick<Guess, "dates" | "needsZone"> {
  const dated = fed.filter(({ type }) => type === "instant" || type === "date");
  const columns = dated.map((field) => ({
    field,
    values: texts(file, columnOf(mapping.fields[field.name]!, file.header)),
  }));
  const forms = columns.map(({ values }) => detectDates(values));
  const told = forms.map(decideDayOrder).find((decided) => decided !== undefined);
  const isOpen = forms.some(({ hasNumericMonth }) => hasNumericMonth);
  const formats = [...new Set(forms.flatMap((form) => form.formats))];
  const instants = columns.filter(({ field }) => field.type === "instant");
  return {
    dates: {
      formats: orderFormats(formats, told ?? order),
      order: isOpen ? (told ?? order) : null,
      isAssumed: isOpen && told === undefined,
    },
    needsZone: instants.some(({ values }) => values.some((value) => !OFFSET.test(value))),
  };
}
