import { contractOf, RECORD_KINDS } from "./contract.ts";
import type { RecordKind } from "./contract.ts";
import { describeFault, didYouMean, showPath, showValue, valueAt } from "./yaml-file.ts";
import type { Fault, YamlFile, YamlPath } from "./yaml-file.ts";

/** What a mapping needs to know of the record contracts. */
export interface MappingContract {
  records: readonly string[];
  /** Fields of a record, or undefined when there is no such record. */
  fieldNames(record: string): readonly string[] | undefined;
  requiredFields(record: string): readonly string[];
  /** Allowed words of a field, or undefined when any value may do. */
  allowedValues(record: string, field: string): readonly string[] | undefined;
}

/** The canonical contracts, as mappings see them. */
export const canonicalContract: MappingContract = {
  records: RECORD_KINDS,
  fieldNames: (record) => fieldsOf(record)?.map(({ name }) => name),
  requiredFields: (record) =>
    fieldsOf(record)
      ?.filter(({ isRequired }) => isRequired)
      .map(({ name }) => name) ?? [],
  allowedValues: (record, field) => {
    const values = fieldsOf(record)?.find(({ name }) => name === field)?.values;
    return values && values.length > 0 ? values : undefined;
  },
};

function fieldsOf(record: string) {
  return RECORD_KINDS.includes(record as RecordKind)
    ? contractOf(record as RecordKind).fields
    : undefined;
}

/** Faults against the contract, found on the raw data so that they show beside those of the schema. */
export function contractFaults(file: YamlFile, contract: MappingContract): Fault[] {
  const record = valueAt(file.data, ["record"]);
  if (typeof record !== "string") return [];
  const names = contract.fieldNames(record);
  if (!names) {
    const expected = `one of ${contract.records.join(", ")}${didYouMean(record, contract.records)}`;
    return [describeFault(file, ["record"], expected)];
  }
  const fields = mappingAt(file, ["fields"]);
  const faults = [
    ...Object.keys(fields)
      .filter((field) => !names.includes(field))
      .map((field) => unknownField(file, field, record, names)),
    ...contract
      .requiredFields(record)
      .filter((field) => !(field in fields))
      .map((field) => describeFault(file, ["fields", field], `a column: a ${record} needs it`)),
    ...lenientFaults(file, record, names),
    ...Object.keys(fields).flatMap((field) =>
      valueFaults(file, field, contract.allowedValues(record, field)),
    ),
  ];
  faults.push(...wordFaults(file));
  if (record !== "ticket" && valueAt(file.data, ["rows"]) === "history") {
    faults.push(describeFault(file, ["rows"], "snapshot: only tickets have rows of history"));
  }
  return [...new Map(faults.map((fault) => [fault.line + fault.message, fault])).values()];
}

function unknownField(
  file: YamlFile,
  field: string,
  record: string,
  names: readonly string[],
): Fault {
  const path = ["fields", field];
  const expected = `a field of ${record}${didYouMean(field, names) || `: ${names.join(", ")}`}`;
  return {
    line: file.lineOf(path),
    message: `unknown field ${showPath(path)}; expected ${expected}`,
  };
}

function lenientFaults(file: YamlFile, record: string, names: readonly string[]): Fault[] {
  const lenient = valueAt(file.data, ["lenient"]);
  if (!Array.isArray(lenient)) return [];
  return lenient.flatMap((field: unknown, index) =>
    typeof field !== "string" || names.includes(field)
      ? []
      : [
          describeFault(
            file,
            ["lenient", index],
            `a field of ${record}${didYouMean(field, names)}`,
          ),
        ],
  );
}

/** Lookups that are not defined, and lookup results, constants and defaults that the field does not allow. */
function valueFaults(
  file: YamlFile,
  field: string,
  allowed: readonly string[] | undefined,
): Fault[] {
  const path = ["fields", field];
  const lookup = valueAt(file.data, [...path, "lookup"]);
  const tables = mappingAt(file, ["lookups"]);
  const faults: Fault[] = [];
  if (typeof lookup === "string" && !(lookup in tables)) {
    const names = Object.keys(tables);
    const expected = `the name of a table under lookups${didYouMean(lookup, names)}`;
    faults.push(describeFault(file, [...path, "lookup"], expected));
  }
  for (const [value, table] of Object.entries(mappingAt(file, [...path, "lookup_by", "tables"]))) {
    if (typeof table !== "string" || table in tables) continue;
    const names = Object.keys(tables);
    const expected = `the name of a table under lookups${didYouMean(table, names)}`;
    faults.push(describeFault(file, [...path, "lookup_by", "tables", value], expected));
  }
  if (!allowed) return faults;
  const results: YamlPath[] = [
    [...path, "constant"],
    [...path, "else"],
    ...Object.keys(typeof lookup === "string" ? mappingAt(file, ["lookups", lookup]) : {}).map(
      (word) => ["lookups", lookup as string, word],
    ),
  ];
  for (const result of results) {
    const value = valueAt(file.data, result);
    if (!["string", "number", "boolean"].includes(typeof value)) continue;
    if (allowed.includes(`${value as string | number | boolean}`)) continue;
    const expected = `a value of ${field}: ${allowed.join(", ")}${didYouMean(value, allowed)}`;
    faults.push(describeFault(file, result, expected));
  }
  return faults;
}

/** Words of one lookup that differ by letter case alone, which lookups do not tell apart, and lead elsewhere. */
function wordFaults(file: YamlFile): Fault[] {
  return Object.keys(mappingAt(file, ["lookups"])).flatMap((lookup) => {
    const table = mappingAt(file, ["lookups", lookup]);
    const firsts = new Map<string, string>();
    return Object.keys(table).flatMap((word) => {
      const first = firsts.get(word.toLowerCase());
      if (first === undefined) firsts.set(word.toLowerCase(), word);
      if (first === undefined || table[first] === table[word]) return [];
      const expected = `${showValue(table[first])} as for ${first}: letter case does not count`;
      return [describeFault(file, ["lookups", lookup, word], expected)];
    });
  });
}

function mappingAt(file: YamlFile, path: YamlPath): Record<string, unknown> {
  const value = valueAt(file.data, path);
  const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMapping ? (value as Record<string, unknown>) : {};
}
