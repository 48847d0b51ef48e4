import type { DuckDBConnection } from "@duckdb/node-api";
import { literal } from "../ingest/query.ts";
import { insertRows } from "./calendar.ts";
import type { Commitment } from "./config.ts";

const dateText = (value: string | null): string =>
  value === null ? "null" : `date ${literal(value)}`;
const textList = (values: readonly string[] | null): string =>
  values === null ? "null::varchar[]" : `[${values.map(literal).join(", ")}]::varchar[]`;

const greatestDivisor = (a: bigint, b: bigint): bigint =>
  b === 0n ? a : greatestDivisor(b, a % b);

/**
 * Least common multiple of the targets (seconds) of a commitment, each with what is added to it: shares of targets of
 * several priorities add up exactly in units of one over it.
 */
export const targetMultiple = (targets: Commitment["targets"], added = 0): bigint =>
  targets
    .map(({ seconds }) => BigInt(seconds + added))
    .reduce((multiple, target) => (multiple / greatestDivisor(multiple, target)) * target, 1n);

/** Reopening windows that contracts set, each once; the place in the list counts from one, zero is that of the source. */
function reopenWindows(commitments: readonly Commitment[]): string[] {
  return [...new Set(commitments.flatMap((commitment) => windowText(commitment) ?? []))];
}

/** A response never reopens, so that no window concerns it. */
function windowText({ clock, reopenWindow }: Commitment): string | null {
  if (reopenWindow === null || clock === "response") return null;
  return "openDays" in reopenWindow
    ? `${reopenWindow.openDays}, null`
    : `null, ${reopenWindow.seconds}`;
}

/** First days on which another set of versions is valid than the day before, the beginning of time first. */
function eraStarts(commitments: readonly Commitment[]): string[] {
  const starts = commitments.flatMap(({ validFrom, validTo }) => [
    ...(validFrom === null ? [] : [validFrom]),
    ...(validTo === null ? [] : [dayAfter(validTo)]),
  ]);
  return ["0001-01-01", ...new Set(starts.toSorted())];
}

const dayAfter = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

const isValidOn = ({ validFrom, validTo }: Commitment, date: string): boolean =>
  (validFrom ?? "0001-01-01") <= date && date <= (validTo ?? "9999-12-31");

/**
 * Writes the contracts into `reference`: `commitments` (one row a version), their targets and pauses, the eras (spans of
 * local dates over which the same versions are valid) and the attributes that any scope looks at.
 */
export async function writeCommitments(
  connection: DuckDBConnection,
  commitments: readonly Commitment[],
): Promise<void> {
  const windows = reopenWindows(commitments);
  await insertRows(
    connection,
    "reopen_windows (window_key utinyint, open_days integer, seconds bigint)",
    windows.map((window, index) => `(${index + 1}, ${window})`),
  );
  await insertRows(
    connection,
    `commitments (commitment_key integer, commitment_id varchar, clock reference.word, calendar_id varchar, goal double, month_rule reference.word,
      policy reference.word, reading reference.word, window_key utinyint, tolerance_seconds bigint, triage_delay_seconds bigint, start_from varchar, response_acts varchar[],
      target_multiple hugeint, limit_multiple hugeint, valid_from date, valid_to date, scope_types varchar[], scope_priorities varchar[], scope_sites varchar[],
      scope_services varchar[], scope_groups varchar[], scope_providers varchar[], scope_populations varchar[])`,
    commitments.map((commitment, index) => {
      const { scope } = commitment;
      const scopes = [
        scope.types,
        scope.priorities,
        scope.entities,
        scope.services,
        scope.groups,
        scope.providers,
        scope.populations,
      ];
      return `(${index + 1}, ${literal(commitment.id)}, ${literal(commitment.clock)}, ${literal(commitment.calendar)}, ${commitment.goal},
        ${literal(commitment.monthRule)}, ${literal(commitment.policy)}, ${literal(commitment.reading)},
        ${windows.indexOf(windowText(commitment) ?? "") + 1}, ${commitment.toleranceSeconds},
        ${commitment.triageDelaySeconds}, ${literal(commitment.start)}, ${textList(commitment.responseActs)},
        ${targetMultiple(commitment.targets)}::hugeint,
        ${targetMultiple(commitment.targets, commitment.toleranceSeconds)}::hugeint, ${dateText(commitment.validFrom)}, ${dateText(commitment.validTo)},
        ${scopes.map(textList).join(", ")})`;
    }),
  );
  await insertRows(
    connection,
    "commitment_targets (commitment_key integer, priority reference.word, target_seconds bigint, limit_seconds bigint, calendar_id varchar)",
    commitments.flatMap(({ targets, toleranceSeconds }, index) =>
      targets.map(
        ({ priority, seconds, calendar }) =>
          `(${index + 1}, ${literal(priority)}, ${seconds}, ${seconds + toleranceSeconds}, ${literal(calendar)})`,
      ),
    ),
  );
  await insertRows(
    connection,
    "commitment_pauses (commitment_key integer, status reference.word, hold_reason reference.word)",
    commitments.flatMap(({ pause }, index) =>
      (pause?.statuses ?? []).flatMap((status) =>
        (pause?.reasons ?? [null]).map(
          (reason) =>
            `(${index + 1}, ${literal(status)}, ${reason === null ? "null" : literal(reason)})`,
        ),
      ),
    ),
  );
  const starts = eraStarts(commitments);
  await insertRows(
    connection,
    "eras (era integer, starts_on date)",
    starts.map((start, era) => `(${era}, date ${literal(start)})`),
  );
  await insertRows(
    connection,
    "commitment_eras (commitment_key integer, era integer)",
    commitments.flatMap((commitment, index) =>
      starts.flatMap((start, era) =>
        isValidOn(commitment, start) ? [`(${index + 1}, ${era})`] : [],
      ),
    ),
  );
  const uses = (key: "priorities" | "groups" | "providers") =>
    commitments.some(({ scope }) => scope[key] !== null);
  await insertRows(
    connection,
    "scope_dimensions (uses_priority boolean, uses_group boolean, uses_provider boolean)",
    [`(${uses("priorities")}, ${uses("groups")}, ${uses("providers")})`],
  );
}
