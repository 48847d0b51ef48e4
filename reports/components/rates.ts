import { shiftMonth, ticketsToGoal, type Rate } from "./figures.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";
import type { Column } from "./table.js";

/** A rate as a percentage; as "17 of 18" where tickets are few; in words where there are none. */
export function showRate(site: Site, value: Rate): string {
  if (value.ratio === null) return site.word("rate.none");
  if (value.isSmall) return site.word("rate.of", { good: value.good, n: value.total });
  return site.percent(value.ratio);
}

/** "4 tickets to spare", "7 tickets short of the goal". */
export function showGap(site: Site, value: Rate, goal: number): string {
  const gap = ticketsToGoal(value, goal);
  if (gap === 0) return site.word("goal.just");
  return gap >= 0 ? site.word("goal.spare", { n: gap }) : site.word("goal.short", { n: -gap });
}

/** Whether a goal is met; null without tickets. */
export function isMet(value: Rate, goal: number): boolean | null {
  return value.ratio === null ? null : ticketsToGoal(value, goal) >= 0;
}

/**
 * The months that the chosen one may be compared with: the one before and the same of last year.
 * Incomplete months are compared with nothing, and nothing with them.
 */
export function comparedMonths(
  site: Site,
  months: MartRow<"mart_months">[],
  month: string,
): { month: string; name: string }[] {
  const complete = new Set(months.filter((row) => row.is_complete).map((row) => row.month));
  if (!complete.has(month)) return [];
  const before = shiftMonth(month, -1);
  const lastYear = shiftMonth(month, -12);
  return [
    { month: before, name: site.monthName(before) },
    { month: lastYear, name: site.month(lastYear) },
  ].filter((other) => complete.has(other.month));
}

/** "1.2 points below September"; nothing where either side has too few tickets. */
export function rateChange(site: Site, now: Rate, before: Rate, month: string): string[] {
  if (now.ratio === null || before.ratio === null || now.isSmall || before.isSmall) return [];
  const points = Math.round((now.ratio - before.ratio) * 1000) / 10;
  const values = { n: Math.abs(points), value: site.number(Math.abs(points), 1), month };
  if (points === 0) return [site.word("change.same", values)];
  return [
    points > 0
      ? site.word("change.points_above", values)
      : site.word("change.points_below", values),
  ];
}

/** "12 more than in September". */
export function countChange(site: Site, now: number, before: number, month: string): string {
  const values = { n: Math.abs(now - before), month };
  if (now === before) return site.word("change.same", values);
  return now > before ? site.word("change.more", values) : site.word("change.fewer", values);
}

/** "3.2 h longer than in September". */
export function durationChange(
  site: Site,
  now: number,
  before: number,
  month: string,
  time: string,
): string {
  const values = { value: site.duration(Math.abs(now - before), time), month };
  if (Math.abs(now - before) < 60) return site.word("change.same", values);
  return now > before ? site.word("change.longer", values) : site.word("change.shorter", values);
}

/** Rows of a month within the filter. */
export function rowsOf<T extends { month: string; site_id: string }>(
  rows: T[],
  month: string,
  isSeen: (siteId: string) => boolean,
): T[] {
  return rows.filter((row) => row.month === month && isSeen(row.site_id));
}

/** The columns of a table of rates: within target, late, the rate. */
export function rateColumns<T extends { value: Rate }>(
  site: Site,
  bar?: (row: T) => number,
): Column<T>[] {
  return [
    { label: site.word("column.met"), value: ({ value }) => value.good, isNumber: true },
    {
      label: site.word("column.late"),
      value: ({ value }) => value.total - value.good,
      isNumber: true,
    },
    {
      label: site.word("column.rate"),
      value: ({ value }) => (value.isSmall ? null : value.ratio),
      show: ({ value }) => showRate(site, value),
      ...(bar ? { bar } : {}),
      isNumber: true,
    },
  ];
}
