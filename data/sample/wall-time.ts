/**
 * Site-local wall-clock times as the tools export them, counted in seconds as if the wall clock were UTC. No zone of
 * the machine, no clock and no locale takes part, so that the sample is the same bytes everywhere.
 */

export type Site = "paris" | "montreal";

const HOUR = 3600;
const DAY = 86_400;

/** Office hours of both sites, in seconds of the local day; the same as the calendar `office` of vigie.yaml. */
const SEGMENTS = [
  [8.5 * HOUR, 12.5 * HOUR],
  [13.5 * HOUR, 18 * HOUR],
] as const;

/** Public holidays and the declared closure on which the offices of the sample are shut, 2025-09 to 2026-12. */
const CLOSED: Record<Site, ReadonlySet<string>> = {
  paris: new Set(
    (
      "2025-11-01 2025-11-11 2025-12-25 2026-01-01 2026-01-02 2026-04-06 2026-05-01 2026-05-08 2026-05-14 " +
      "2026-05-25 2026-07-14 2026-08-15 2026-11-01 2026-11-11 2026-12-25"
    ).split(" "),
  ),
  montreal: new Set(
    (
      "2025-09-01 2025-10-13 2025-12-25 2026-01-01 2026-01-02 2026-04-03 2026-05-18 2026-06-24 2026-07-01 " +
      "2026-09-07 2026-10-12 2026-12-25"
    ).split(" "),
  ),
};

/** Offsets from UTC in seconds, each from a wall time on; a doubled hour keeps the offset of its earlier instant. */
const OFFSETS: Record<Site, readonly (readonly [string, number])[]> = {
  paris: [
    ["2025-03-30 03:00:00", 2 * HOUR],
    ["2025-10-26 03:00:00", HOUR],
    ["2026-03-29 03:00:00", 2 * HOUR],
    ["2026-10-25 03:00:00", HOUR],
  ],
  montreal: [
    ["2025-03-09 03:00:00", -4 * HOUR],
    ["2025-11-02 02:00:00", -5 * HOUR],
    ["2026-03-08 03:00:00", -4 * HOUR],
    ["2026-11-01 02:00:00", -5 * HOUR],
  ],
};

/** Wall time of `2026-06-01 09:00:00`, seconds. */
export function wall(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`) / 1000;
}

/** `2026-06-01T09:00:00`. */
export function isoText(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 19);
}

/** `01/06/2026 09:00:00`. */
export function frenchText(time: number): string {
  const [date = "", clock = ""] = isoText(time).split("T");
  return `${date.split("-").toReversed().join("/")} ${clock}`;
}

export const dateText = (time: number): string => isoText(time).slice(0, 10);

/** The instant of a wall time, in seconds since 1970 UTC; the earlier one where the wall time occurs twice. */
export function instantOf(site: Site, time: number): number {
  const offset = OFFSETS[site].findLast(([from]) => wall(from) <= time)?.[1];
  if (offset === undefined)
    throw new Error(`no offset for ${site}: ${isoText(time)}; add it to OFFSETS`);
  return time - offset;
}

/** The month `2026-06` that an instant belongs to in Paris, the reporting zone. */
export function reportingMonth(instant: number): string {
  const offset =
    OFFSETS.paris.findLast(([from, seconds]) => wall(from) - seconds <= instant)?.[1] ?? 0;
  return isoText(instant + offset).slice(0, 7);
}

/** True on Monday to Friday that is neither a public holiday nor a declared closure. */
export function isOpenDate(site: Site, time: number): boolean {
  const weekday = new Date(time * 1000).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !CLOSED[site].has(dateText(time));
}

/** The wall time at which `seconds` of office hours have passed since `from`. */
export function advance(site: Site, from: number, seconds: number): number {
  let left = seconds;
  for (let midnight = from - (from % DAY); ; midnight += DAY) {
    if (!isOpenDate(site, midnight)) continue;
    for (const [opens, closes] of SEGMENTS) {
      const start = Math.max(from, midnight + opens);
      const open = Math.max(0, midnight + closes - start);
      if (open > 0 && left <= open) return start + left;
      left -= open;
    }
  }
}

/** Local midnight at the end of the n-th open date after the date of `time`. */
export function openDaysAfter(site: Site, time: number, days: number): number {
  let midnight = time - (time % DAY);
  for (let left = days; left > 0;) {
    midnight += DAY;
    if (isOpenDate(site, midnight)) left -= 1;
  }
  return midnight + DAY;
}

/** Office seconds of `[from, to)` as a tool counts them that knows weekdays but no public holiday. */
export function toolSeconds(from: number, to: number): number {
  let total = 0;
  for (let midnight = from - (from % DAY); midnight < to; midnight += DAY) {
    const weekday = new Date(midnight * 1000).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    for (const [opens, closes] of SEGMENTS) {
      total += Math.max(0, Math.min(to, midnight + closes) - Math.max(from, midnight + opens));
    }
  }
  return total;
}

/** `time`, moved out of the night hours in which a clock changes, so that only the fixed tickets meet them. */
export function awayFromClockChange(time: number): number {
  const hour = (time % DAY) / HOUR;
  return new Date(time * 1000).getUTCDay() === 0 && hour >= 1 && hour < 4 ? time + 4 * HOUR : time;
}
