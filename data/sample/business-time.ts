import { DAY, dateText, dayOf, HOUR, weekdayOf } from "./wall-clock.ts";
import { END_DAY, FIRST_DAY } from "./site.ts";
import type { Site } from "./site.ts";

/** Office hours in seconds of the local day, the same as the calendar `office` of vigie.yaml. */
const SEGMENTS = [
  [8.5 * HOUR, 12.5 * HOUR],
  [13.5 * HOUR, 18 * HOUR],
] as const;
const OFFICE_SECONDS = 8.5 * HOUR;

const LAST_DAY = END_DAY + 61;

/** Office seconds of a day before `second`. */
function openBefore(second: number): number {
  let open = 0;
  for (const [opens, closes] of SEGMENTS) open += Math.max(0, Math.min(second, closes) - opens);
  return open;
}

/** Office time at one site, in wall-clock seconds; clock changes fall in the night and do not matter to it. */
export class OfficeTime {
  readonly #isOpen: Uint8Array;
  /** Weekdays before each day, as a tool counts them that knows no public holiday. */
  readonly #weekdays: Uint16Array;

  constructor(site: Site) {
    const shut = new Set(site.shut);
    this.#isOpen = new Uint8Array(LAST_DAY - FIRST_DAY);
    this.#weekdays = new Uint16Array(LAST_DAY - FIRST_DAY + 1);
    for (let day = FIRST_DAY; day < LAST_DAY; day += 1) {
      const isWeekday = weekdayOf(day) !== 0 && weekdayOf(day) !== 6;
      if (isWeekday && !shut.has(dateText(day))) this.#isOpen[day - FIRST_DAY] = 1;
      this.#weekdays[day - FIRST_DAY + 1] = this.#weekdays[day - FIRST_DAY]! + (isWeekday ? 1 : 0);
    }
  }

  /** True on Monday to Friday that is neither a public holiday nor a closure; past the horizon every day is. */
  isOpen(day: number): boolean {
    return day >= LAST_DAY || this.#isOpen[day - FIRST_DAY] === 1;
  }

  /** The wall time at which `seconds` of office time have passed since `from`. */
  advance(from: number, seconds: number): number {
    let left = seconds;
    for (let day = dayOf(from); ; day += 1) {
      if (!this.isOpen(day)) continue;
      const midnight = day * DAY;
      for (const [opens, closes] of SEGMENTS) {
        const start = Math.max(from, midnight + opens);
        const open = Math.max(0, midnight + closes - start);
        if (open > 0 && left <= open) return start + left;
        left -= open;
      }
    }
  }

  /** Local midnight at the end of the n-th open date after the date of `time`. */
  openDaysAfter(time: number, days: number): number {
    let day = dayOf(time);
    for (let left = days; left > 0;) {
      day += 1;
      if (this.isOpen(day)) left -= 1;
    }
    return (day + 1) * DAY;
  }

  /** Office seconds of `[from, to)` as the tool counts them: weekdays, no public holiday. */
  toolSeconds(from: number, to: number): number {
    return this.#toolUpTo(to) - this.#toolUpTo(from);
  }

  #toolUpTo(time: number): number {
    const day = Math.min(dayOf(time), LAST_DAY - 1);
    const index = day - FIRST_DAY;
    const isWeekday = this.#weekdays[index + 1]! > this.#weekdays[index]!;
    return this.#weekdays[index]! * OFFICE_SECONDS + (isWeekday ? openBefore(time - day * DAY) : 0);
  }
}
