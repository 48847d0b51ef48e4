import { axisX, axisY, gridY, type Markish } from "@observablehq/plot";

import type { Site } from "./site.js";
import type { Column } from "./table.js";

/** The months to label, so that labels stay horizontal and apart. */
export function labelledMonths(months: string[], width: number): string[] {
  const step = Math.ceil(months.length / Math.max(2, Math.floor(width / 52)));
  return months.filter((_, index) => (months.length - 1 - index) % step === 0);
}

/** A month's axis label; the year stands under the first one and under January. */
export function monthLabel(site: Site, month: string, labelled: string[]): string {
  const index = labelled.indexOf(month);
  const year = month.slice(0, 4);
  const isFirstOfYear = index === 0 || labelled[index - 1]?.slice(0, 4) !== year;
  return isFirstOfYear ? `${site.monthShort(month)}\n${year}` : site.monthShort(month);
}

/** A count's axis label: nothing between whole numbers. */
export function countLabel(site: Site, count: number): string {
  return Number.isInteger(count) ? site.number(count) : "";
}

/** Months across, values up, few lines: the ground that charts by month are drawn on. */
export function monthGround(
  site: Site,
  options: {
    months: string[];
    /** Of the plot, without its margins, in pixels. */
    width: number;
    ticks: number;
    /** How a value is said on the axis. */
    show: (value: number) => string;
  },
): Markish[] {
  const labelled = labelledMonths(options.months, options.width);
  return [
    gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: options.ticks }),
    axisY({ ticks: options.ticks, tickSize: 0, tickFormat: options.show }),
    axisX({
      ticks: labelled,
      tickSize: 0,
      tickFormat: (month: string) => monthLabel(site, month, labelled),
    }),
  ];
}

/** The first column of a table by month. */
export function monthColumn<T extends { month: string }>(site: Site): Column<T> {
  return {
    label: site.word("column.month"),
    value: ({ month }) => month,
    show: ({ month }) => site.month(month),
  };
}
