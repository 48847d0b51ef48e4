import type { FieldSource } from "./mapping.ts";
import { literal, literalList } from "./query.ts";
import type { ZoneTransition } from "./zone.ts";

const OFFSET = "Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?";
const ISO_PATTERN = `\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}([.,]\\d+)?)?( ?(${OFFSET}))?)?`;
const OFFSET_PATTERN = `\\d{2}:\\d{2}.*(${OFFSET})$`;

/** The zone of the values that carry none, with its offset changes: where local times occur twice or not at all. */
export interface LocalZone {
  zone: string;
  transitions: readonly ZoneTransition[];
}

function localParts(source: FieldSource, raw: string): { local: string; utc: string } {
  const withOffset = source.formats.filter((format) => /%z/i.test(format));
  const without = source.formats.filter((format) => !/%z/i.test(format));
  if (source.formats.length > 0) {
    return {
      local:
        without.length > 0 ? `try_strptime(${raw}, ${literalList(without)})` : "null::timestamp",
      utc:
        withOffset.length > 0
          ? `timezone('UTC', try_strptime(${raw}, ${literalList(withOffset)}))`
          : "null::timestamp",
    };
  }
  const iso = `regexp_full_match(${raw}, ${literal(ISO_PATTERN)})`;
  const hasOffset = `regexp_matches(${raw}, ${literal(OFFSET_PATTERN)})`;
  const local = `replace(${raw}, ',', '.')`;
  // DuckDB wants seconds before an offset and nothing between them; the fraction is floored away.
  const whole = `regexp_replace(${raw}, ${literal(`([.,]\\d+)? ?(${OFFSET})$`)}, '\\2')`;
  const utc = `regexp_replace(${whole}, ${literal(`([T ]\\d{2}:\\d{2})(${OFFSET})$`)}, '\\1:00\\2')`;
  return {
    local: `case when ${iso} and not ${hasOffset} then try_cast(${local} as timestamp) end`,
    utc: `case when ${iso} and ${hasOffset} then timezone('UTC', try_cast(${utc} as timestamptz)) end`,
  };
}

const timestampSql = (seconds: number): string =>
  `timestamp '${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")}'`;

interface LocalRange {
  from: number;
  to: number;
}

const within = (local: string, ranges: readonly LocalRange[]): string => {
  const days = new Set<string>();
  for (const { from, to } of ranges) {
    for (let second = from; second < to + 86_400; second += 86_400) {
      days.add(new Date(Math.min(second, to - 1) * 1000).toISOString().slice(0, 10));
    }
  }
  // The list of days is a cheap guard: nearly every value stops there.
  const guard = `list_contains([${[...days].map((day) => `date '${day}'`).join(", ")}], ${local}::date)`;
  const exact = ranges.map(
    ({ from, to }) => `(${local} >= ${timestampSql(from)} and ${local} < ${timestampSql(to)})`,
  );
  return ranges.length === 0 ? "false" : `(${guard} and (${exact.join(" or ")}))`;
};

/** Local times of a zone that occur twice. */
export const foldRanges = (transitions: readonly ZoneTransition[]): LocalRange[] =>
  transitions
    .filter(({ before, after }) => before > after)
    .map(({ at, before, after }) => ({ from: at + after, to: at + before }));

/** Local times of a zone that do not exist. */
export const gapRanges = (transitions: readonly ZoneTransition[]): LocalRange[] =>
  transitions
    .filter(({ before, after }) => before < after)
    .map(({ at, before, after }) => ({ from: at + before, to: at + after }));

/** Seconds by which the later reading of a doubled local time follows the earlier one; null elsewhere. */
export function foldSecondsSql(local: string, transitions: readonly ZoneTransition[]): string {
  const sizes = new Map<number, ZoneTransition[]>();
  for (const transition of transitions.filter(({ before, after }) => before > after)) {
    const size = transition.before - transition.after;
    sizes.set(size, [...(sizes.get(size) ?? []), transition]);
  }
  const branches = [...sizes].map(
    ([size, group]) => `when ${within(local, foldRanges(group))} then ${size}`,
  );
  return branches.length === 0 ? "null::integer" : `case ${branches.join(" ")} end`;
}

interface InstantSql {
  value: string;
  timeFlag: string;
  /** See `foldSecondsSql`. */
  foldSeconds: string;
}

/**
 * Local text to UTC, floored to the second. DuckDB takes the later instant of a doubled local time and moves a
 * missing one forward; the earlier is taken here, and both are flagged (DEFINITIONS 5).
 */
export function instantSql(source: FieldSource, raw: string, context: LocalZone): InstantSql {
  const { local, utc } = localParts(source, raw);
  const foldSeconds = foldSecondsSql(local, context.transitions);
  const gap = within(local, gapRanges(context.transitions));
  const later =
    context.zone === "UTC"
      ? local
      : `timezone('UTC', timezone(${literal(context.zone)}, ${local}))`;
  const earlier =
    foldSeconds === "null::integer" ? later : `${later} - to_seconds(coalesce(${foldSeconds}, 0))`;
  return {
    value: `date_trunc('second', coalesce(${utc}, ${earlier}))`,
    timeFlag: `case when ${within(local, foldRanges(context.transitions))} then 1 when ${gap} then 2 end`,
    foldSeconds,
  };
}
