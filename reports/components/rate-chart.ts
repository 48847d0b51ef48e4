import { areaY, axisX, axisY, dot, gridY, line, plot, ruleY } from "@observablehq/plot";

import { chart, labelledMonths, monthLabel } from "./chart.js";
import type { Rate } from "./figures.js";
import { showRate } from "./rates.js";
import type { Site } from "./site.js";

export interface FollowedRate {
  month: string;
  /** Whether the month is complete and its follow-up has ended; others are provisional. */
  isFirm: boolean;
  value: Rate;
}

/**
 * A rate that is followed up, by month, from zero, with its Wilson 95 % band over the firm months;
 * provisional ones are hollow and joined to nothing.
 *
 * @param options.label of the column that counts the tickets of the rate
 */
export function rateChart(
  site: Site,
  options: { title: string; subtitle: string; months: FollowedRate[]; label: string },
): HTMLElement {
  const { title, subtitle, months } = options;
  const domain = months.map(({ month }) => month);
  const points = months.flatMap((each) =>
    each.value.ratio === null ? [] : [{ ...each, ratio: each.value.ratio }],
  );
  const firm = points.filter(({ isFirm }) => isFirm);
  const tops = [...firm.map(({ value }) => value.high), ...points.map(({ ratio }) => ratio), 0.05];
  const top = Math.min(1, Math.ceil(Math.max(...tops) * 20) / 20);
  const titleOf = (point: (typeof points)[number]): string =>
    site.word("followed.point", {
      month: site.month(point.month),
      rate: showRate(site, point.value),
      good: point.value.good,
      total: point.value.total,
    });
  const draw = (width: number): Element => {
    const labelled = labelledMonths(domain, width - 60);
    return plot({
      width,
      height: 220,
      marginLeft: 48,
      marginRight: 16,
      marginBottom: 40,
      style: { fontSize: "12px" },
      x: { type: "point", domain, label: null, padding: 0.3 },
      y: { domain: [0, top], label: null },
      marks: [
        gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 4 }),
        axisY({ ticks: 4, tickSize: 0, tickFormat: (ratio: number) => site.percent(ratio, 0) }),
        axisX({
          ticks: labelled,
          tickSize: 0,
          tickFormat: (month: string) => monthLabel(site, month, labelled),
        }),
        areaY(firm, {
          x: "month",
          y1: ({ value }: FollowedRate) => value.low,
          y2: ({ value }: FollowedRate) => Math.min(top, value.high),
          fill: "var(--band)",
        }),
        ruleY([0], { stroke: "var(--muted)" }),
        line(firm, { x: "month", y: "ratio", stroke: "var(--muted)", strokeWidth: 1.5 }),
        dot(points, {
          x: "month",
          y: "ratio",
          r: 4.5,
          fill: ({ isFirm }: FollowedRate) => (isFirm ? "var(--accent)" : "var(--ground)"),
          stroke: "var(--accent)",
          title: titleOf,
        }),
      ],
    });
  };
  return chart(site, {
    title,
    subtitle,
    draw,
    columns: [
      {
        label: site.word("column.month"),
        value: ({ month }) => month,
        show: ({ month, isFirm }) =>
          isFirm ? site.month(month) : site.word("followed.month", { month: site.month(month) }),
      },
      { label: options.label, value: ({ value }) => value.good, isNumber: true },
      { label: site.word("column.total"), value: ({ value }) => value.total, isNumber: true },
      {
        label: site.word("column.rate"),
        value: ({ value }) => (value.isSmall ? null : value.ratio),
        show: ({ value }) => showRate(site, value),
        isNumber: true,
      },
    ],
    rows: months,
  });
}
