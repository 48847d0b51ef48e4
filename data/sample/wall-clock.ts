/**
 * Wall-clock times as the tools export them, in seconds counted as if the wall clock were UTC, and the instants they
 * stand for. No zone of the machine, no clock and no locale takes part: the exports are the same bytes everywhere.
 */

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;

/** An offset from UTC in seconds, from a wall time (of the new offset) on. */
type OffsetChange = readonly [number, number];

export interface Zone {
  name: string;
  changes: readonly OffsetChange[];
}

/** Wall time of `2026-06-01 09:00:00` or of a date alone, seconds. */
export function wall(text: string): number {
  return Date.parse(`${text.length === 10 ? `${text}T00:00:00` : text.replace(" ", "T")}Z`) / 1000;
}

const zone = (
  name: string,
  hours: number,
  changes: readonly (readonly [string, number])[],
): Zone => ({
  name,
  changes: [
    [-Infinity, hours * HOUR],
    ...changes.map(([from, after]): OffsetChange => [wall(from), after * HOUR]),
  ],
});

/** As DuckDB has them; a test compares. Morocco leaves summer time for Ramadan and, in September 2026, for good. */
export const PARIS = zone("Europe/Paris", 1, [
  ["2024-03-31 03:00:00", 2],
  ["2024-10-27 02:00:00", 1],
  ["2025-03-30 03:00:00", 2],
  ["2025-10-26 02:00:00", 1],
  ["2026-03-29 03:00:00", 2],
  ["2026-10-25 02:00:00", 1],
]);
export const TORONTO = zone("America/Toronto", -5, [
  ["2024-03-10 03:00:00", -4],
  ["2024-11-03 01:00:00", -5],
  ["2025-03-09 03:00:00", -4],
  ["2025-11-02 01:00:00", -5],
  ["2026-03-08 03:00:00", -4],
  ["2026-11-01 01:00:00", -5],
]);
export const CASABLANCA = zone("Africa/Casablanca", 1, [
  ["2024-03-10 02:00:00", 0],
  ["2024-04-14 03:00:00", 1],
  ["2025-02-23 02:00:00", 0],
  ["2025-04-06 03:00:00", 1],
  ["2026-02-15 02:00:00", 0],
  ["2026-03-22 03:00:00", 1],
  ["2026-09-20 01:00:00", 0],
]);
export const REUNION = zone("Indian/Reunion", 4, []);

/** Offset of a zone at a wall time, seconds. No export holds a time within a doubled or a missing hour. */
export function offsetAt({ changes }: Zone, time: number): number {
  let index = changes.length - 1;
  while (changes[index]![0] > time) index -= 1;
  return changes[index]![1];
}

export const toInstant = (at: Zone, time: number): number => time - offsetAt(at, time);

export function toWall({ changes }: Zone, instant: number): number {
  let index = changes.length - 1;
  while (changes[index]![0] - changes[index]![1] > instant) index -= 1;
  return instant + changes[index]![1];
}

const TWO = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));
const isoDates = new Map<number, string>();

/** `2026-06-01` of a day counted from 1970. */
export function dateText(day: number): string {
  let text = isoDates.get(day);
  if (text === undefined) {
    text = new Date(day * DAY * 1000).toISOString().slice(0, 10);
    isoDates.set(day, text);
  }
  return text;
}

export const dayOf = (time: number): number => Math.floor(time / DAY);

/** `09:00` of a wall time. */
export function minuteText(time: number): string {
  const second = time - dayOf(time) * DAY;
  return `${TWO[Math.floor(second / HOUR)]!}:${TWO[Math.floor((second % HOUR) / MINUTE)]!}`;
}

/** `09:00:00` of a wall time. */
export const clockText = (time: number): string => `${minuteText(time)}:${TWO[time % MINUTE]!}`;

/** `01/06/2026` of a day counted from 1970. */
export function frenchDate(day: number): string {
  const iso = dateText(day);
  return `${iso.slice(8)}/${iso.slice(5, 7)}/${iso.slice(0, 4)}`;
}

/** `-0400` of an offset in seconds. */
export function offsetText(seconds: number): string {
  const minutes = Math.abs(seconds) / MINUTE;
  return `${seconds < 0 ? "-" : "+"}${TWO[Math.floor(minutes / 60)]!}${TWO[minutes % 60]!}`;
}

/** 0 on Sunday to 6 on Saturday. */
export const weekdayOf = (day: number): number => (day + 4) % 7;
