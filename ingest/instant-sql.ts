import type { FieldSource } from "./mapping.ts";
import { monthNumberedSql, plainWord } from "./month-name.ts";
import { literal, literalList } from "./query.ts";
import type { ZoneTransition } from "./zone.ts";

const OFFSET = "Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?";
const ISO_PATTERN = `\\d{4}-\\d{2}-\\d{2}([T ]\\d{2}:\\d{2}(:\\d{2}([.,]\\d+)?)?( ?(${OFFSET}))?)?`;
const PLAIN_UTC_PATTERN = "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,6})?Z";
const OFFSET_PATTERN = `\\d{2}:\\d{2}.*(${OFFSET})$`;

/** The zone of the values that carry none, with its offset changes: where local times occur twice or not at all. */
export interface LocalZone {
  zone: string;
  transitions: readonly ZoneTransition[];
}

/** SQL of the local time and of the UTC instant that a text says in one of some formats; null where it says neither. */
export function formattedSql(
  formats: readonly string[],
  raw: string,
): { local: string; utc: string } {
  const local: string[] = [];
  const utc: string[] = [];
  const number = `try_cast(replace(${raw}, ',', '.') as double)`;
  const isNumber = (lowest: number, highest: number) =>
    `${number} between ${lowest} and ${highest}`;
  if (formats.includes("epoch_seconds"))
    utc.push(
      `case when ${isNumber(-1e11, 1e11)} then make_timestamp((${number} * 1000000)::bigint) end`,
    );
  if (formats.includes("epoch_milliseconds"))
    utc.push(
      `case when ${isNumber(-1e14 + 1, 1e12 * 9)} then make_timestamp((floor(${number}) * 1000)::bigint) end`,
    );
  if (formats.includes("excel_days"))
    local.push(
      `case when ${isNumber(1, 200_000)} then timestamp '1899-12-30' + to_seconds(round(${number} * 86400)::bigint) end`,
    );
  const texts = formats.filter((format) => format.includes("%"));
  for (const isNamed of [false, true]) {
    const some = texts.filter((format) => /%[bB]/.test(format) === isNamed);
    if (some.length === 0) continue;
    const text = isNamed ? monthNumberedSql(raw) : raw;
    const shown = isNamed ? some.map(withMonthNumber) : some;
    const weekdays = shown.some((format) => /%[aA]/.test(format));
    const bare = weekdays ? `regexp_replace(${text}, '^[[:alpha:]]+[., ]*', '')` : text;
    const bareFormats = shown.map((format) => format.replace(/^%[aA][., ]*/, ""));
    const withOffset = bareFormats.filter((format) => /%z/i.test(format));
    const without = bareFormats.filter((format) => !/%z/i.test(format));
    if (without.length > 0) local.push(`try_strptime(${bare}, ${literalList(without)})`);
    // DuckDB knows offsets by numbers alone.
    const numbered = `regexp_replace(${bare}, '[zZ]$', '+00')`;
    if (withOffset.length > 0)
      utc.push(`timezone('UTC', try_strptime(${numbered}, ${literalList(withOffset)}))`);
  }
  const first = (parts: readonly string[]) =>
    parts.length === 0
      ? "null::timestamp"
      : parts.length === 1
        ? parts[0]!
        : `coalesce(${parts.join(", ")})`;
  return { local: first(local), utc: first(utc) };
}

/** The format of a text whose month is numbered: without accents and in lower case but for its directives. */
const withMonthNumber = (format: string): string =>
  format
    .replaceAll(/%[bB]\.?/g, "%m")
    .replaceAll(/%?./gsu, (part) => (part.startsWith("%") ? part : plainWord(part)));

/** SQL of the local time and of the UTC instant that a text says; at most one of them is not null. */
export function instantPartsSql(source: FieldSource, raw: string): { local: string; utc: string } {
  if (source.formats.length > 0) return formattedSql(source.formats, raw);
  // Most of what streams bring is written so: one pattern instead of four.
  const isPlain = `suffix(${raw}, 'Z') and regexp_full_match(${raw}, ${literal(PLAIN_UTC_PATTERN)})`;
  const iso = `regexp_full_match(${raw}, ${literal(ISO_PATTERN)})`;
  const hasOffset = `regexp_matches(${raw}, ${literal(OFFSET_PATTERN)})`;
  const local = `replace(${raw}, ',', '.')`;
  // DuckDB wants seconds before an offset and nothing between them; the fraction is floored away.
  const whole = `regexp_replace(${raw}, ${literal(`([.,]\\d+)? ?(${OFFSET})$`)}, '\\2')`;
  const utc = `regexp_replace(${whole}, ${literal(`([T ]\\d{2}:\\d{2})(${OFFSET})$`)}, '\\1:00\\2')`;
  return {
    local: `case when not suffix(${raw}, 'Z') and ${iso} and not ${hasOffset} then try_cast(${local} as timestamp) end`,
    utc: `case when ${isPlain} then try_cast(${raw} as timestamp) when ${iso} and ${hasOffset} then timezone('UTC', try_cast(${utc} as timestamptz)) end`,
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
 * Local time to UTC, floored to the second, over the two parts of `instantPartsSql`. DuckDB takes the later instant of a
 * doubled local time and moves a missing one forward; the earlier is taken here, and both are flagged (DEFINITIONS 5).
 */
export function instantSql(parts: { local: string; utc: string }, context: LocalZone): InstantSql {
  const { local, utc } = parts;
  const foldSeconds = foldSecondsSql(local, context.transitions);
  const gap = within(local, gapRanges(context.transitions));
  const later =
    context.zone === "UTC"
      ? local
      : `timezone('UTC', timezone(${literal(context.zone)}, ${local}))`;
  const earlier =
    foldSeconds === "null::integer"
      ? later
      : `case when ${foldSeconds} is null then ${later} else ${later} - to_seconds(${foldSeconds}) end`;
  return {
    value: `date_trunc('second', coalesce(${utc}, ${earlier}))`,
    timeFlag: `case when ${within(local, foldRanges(context.transitions))} then 1 when ${gap} then 2 end`,
    foldSeconds,
  };
}
