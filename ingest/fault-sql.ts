import type { Field } from "./contract.ts";
import { EARLIEST_INSTANT } from "./contracts/field.ts";
import type { FieldSource } from "./mapping.ts";
import { literal } from "./query.ts";

/** One way in which a value can be wrong. */
export interface FaultCase {
  /** SQL condition. */
  test: string;
  /** Word kept in the quarantine. */
  reason: string;
  /** What was expected, for a person. */
  expected: string;
}

const EXPECTATIONS: Record<Field["type"], string> = {
  text: "a text",
  choice: "one of the known values",
  instant: "a date and time such as 2026-10-31 17:45:00",
  date: "a date such as 2026-10-31",
  integer: "a whole number",
  decimal: "a number such as 12.5",
  boolean: "true or false",
};

const expectation = (field: Field, source: FieldSource): string =>
  source.formats.length > 0
    ? `a date in the form ${source.formats.join(" or ")}`
    : EXPECTATIONS[field.type];

/** SQL names of a field's raw text and value, and the receipt as SQL. */
interface FaultNames {
  raw: string;
  value: string;
  receivedAt: string;
}

function rangeCases(field: Field, { value, receivedAt }: FaultNames): FaultCase[] {
  if (field.type === "date") {
    const test = `${value} not between date '1970-01-01' and date '2200-01-01'`;
    return [{ test, reason: "out_of_range", expected: "a date from 1970 to 2200" }];
  }
  if (field.type === "instant") {
    const earliest = literal(EARLIEST_INSTANT.slice(0, 19).replace("T", " "));
    const latest = field.isPast
      ? {
          test: `${value} > ${receivedAt}`,
          reason: "after_receipt",
          expected: "an instant not after the receipt of the file",
        }
      : {
          test: `${value} > timestamp '2200-01-01'`,
          reason: "out_of_range",
          expected: "an instant before 2200",
        };
    return [
      {
        test: `${value} < timestamp ${earliest}`,
        reason: "before_1990",
        expected: "an instant from 1990 on",
      },
      latest,
    ];
  }
  const cases: FaultCase[] = [];
  const { minimum, maximum } = field;
  if (minimum !== undefined) {
    cases.push({
      test: `${value} < ${minimum}`,
      reason: "out_of_range",
      expected: `a number from ${minimum} on`,
    });
  }
  if (maximum !== undefined) {
    cases.push({
      test: `${value} > ${maximum}`,
      reason: "out_of_range",
      expected: `a number up to ${maximum}`,
    });
  }
  return cases;
}

/** Conditions under which a value is a fault, the first that holds naming it. */
export function faultCases(field: Field, source: FieldSource, names: FaultNames): FaultCase[] {
  const { raw, value } = names;
  const expected = expectation(field, source);
  const cases: FaultCase[] = [];
  if (field.isRequired) cases.push({ test: `${raw} is null`, reason: "missing", expected });
  if (field.type === "choice") {
    const known = `one of ${field.values.join(", ")}`;
    if (field.isRequired)
      cases.push({ test: `${value} is null`, reason: "unreadable", expected: known });
    return cases;
  }
  if (field.type !== "text") {
    cases.push({ test: `${raw} is not null and ${value} is null`, reason: "unreadable", expected });
  }
  cases.push(...rangeCases(field, names));
  if (field.maxLength !== undefined) {
    const atMost = `a text of at most ${field.maxLength} characters`;
    cases.push({
      // Bytes are known without a look at the text, and never fewer than its characters.
      test: `strlen(${raw}) > ${field.maxLength} and length(${raw}) > ${field.maxLength}`,
      reason: "too_long",
      expected: atMost,
    });
  }
  if (field.pattern !== undefined) {
    const test = `not regexp_matches(${raw}, ${literal(field.pattern)})`;
    cases.push({ test, reason: "malformed", expected: `a text like ${field.pattern}` });
  }
  return cases;
}
