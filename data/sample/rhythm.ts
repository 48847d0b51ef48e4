import { type Dice, weighted } from "./dice.ts";
import { END_DAY, FIRST_DAY } from "./site.ts";
import type { Site } from "./site.ts";
import type { OfficeTime } from "./business-time.ts";
import { dateText, DAY, dayOf, HOUR, MINUTE, wall, weekdayOf } from "./wall-clock.ts";

/** Sunday first. */
const WEEKDAYS = [0.04, 1.26, 1.06, 0.97, 1.0, 0.84, 0.06];
const OFFICE_HOURS = weighted<number>([
  [7, 3],
  [8, 9],
  [9, 18],
  [10, 16],
  [11, 12],
  [12, 3],
  [13, 8],
  [14, 14],
  [15, 11],
  [16, 9],
  [17, 5],
  [18, 2],
]);

/** GLPI's last day: its export was cut on the evening of 28 October. */
const GLPI_END_DAY = dayOf(wall("2026-10-29"));

/** The day after the last on which a site's tickets are in its export. */
export const lastDayOf = ({ source }: Site): number => (source === "glpi" ? GLPI_END_DAY : END_DAY);

/** How busy a day is, as a share of the site's mean. */
function weightOf(site: Site, office: OfficeTime, day: number): number {
  if (day >= lastDayOf(site)) return 0;
  const month = Number(dateText(day).slice(5, 7)) - 1;
  const growth = 1 + (0.07 * (day - FIRST_DAY)) / 365;
  const isOpen = office.isOpen(day);
  // What piles up over a holiday is told on the next open day.
  const isAfterHoliday =
    isOpen && !office.isOpen(day - 1 < FIRST_DAY ? day : day - 1) && weekdayOf(day) !== 1;
  const weekday = isOpen ? WEEKDAYS[weekdayOf(day)]! : Math.min(0.06, WEEKDAYS[weekdayOf(day)]!);
  return weekday * site.seasons[month]! * growth * (isAfterHoliday ? 1.18 : 1);
}

/** How many tickets a site has on each day from FIRST_DAY on; they add up to `total`. */
export function countsByDay(site: Site, office: OfficeTime, total: number): Uint32Array {
  const days = END_DAY - FIRST_DAY;
  const upTo = new Float64Array(days);
  let sum = 0;
  for (let day = 0; day < days; day += 1)
    upTo[day] = sum += weightOf(site, office, FIRST_DAY + day);
  const counts = new Uint32Array(days);
  let before = 0;
  for (let day = 0; day < days; day += 1) {
    const reached = Math.round((upTo[day]! / sum) * total);
    counts[day] = reached - before;
    before = reached;
  }
  return counts;
}

/** Local second of the day at which a ticket is opened, and whether a machine found the trouble. */
export function openingSecond(
  dice: Dice,
  isOpen: boolean,
  day: number,
): { second: number; isByNight: boolean } {
  const isByNight = !isOpen || dice.chance(0.035);
  const hour = isByNight ? dice.whole(0, 24) : dice.pick(OFFICE_HOURS);
  const second = hour * HOUR + dice.whole(0, HOUR);
  // Before dawn of the first day it is still October in the reporting zone; on Sundays clocks may change.
  const isUnclear = second < 9 * HOUR && (weekdayOf(day) === 0 || day === FIRST_DAY);
  // At the end of the last day it is already November there.
  const isLate = day === END_DAY - 1 && second > 18 * HOUR;
  if (isUnclear) return { second: second + 9 * HOUR, isByNight };
  return { second: isLate ? second - 7 * HOUR - 30 * MINUTE : second, isByNight };
}

export const wallOf = (day: number, second: number): number => day * DAY + second;
