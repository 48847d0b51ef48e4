import { areaY, axisX, axisY, dot, gridY, line, plot, ruleY, text } from "@observablehq/plot";

import { chart, labelledMonths, monthLabel } from "./chart.js";
import type { Rate } from "./figures.js";
import { showRate } from "./rates.js";
import type { Site } from "./site.js";

export interface MonthRate {
  month: string;
  isComplete: boolean;
  value: Rate;
}

interface Point extends MonthRate {
  ratio: number;
}

/** Where the vertical axis begins: the ten below everything drawn, the band included. */
function axisStart(points: Point[], goal: number | null): number {
  const low = Math.min(goal ?? 1, ...points.map(({ value }) => value.low));
  return Math.max(0, Math.floor(low * 10) / 10);
}

/**
 * A rate by month with its Wilson 95 % band and, where there is one, the goal. Months that meet it
 * are blue circles, those that do not orange diamonds, incomplete ones hollow.
 *
 * @param options.goal percent
 */
export function complianceChart(
  site: Site,
  options: { title: string; subtitle: string; months: MonthRate[]; goal: number | null },
): HTMLElement {
  const { months, title, subtitle } = options;
  const goal = options.goal === null ? null : options.goal / 100;
  const domain = months.map(({ month }) => month);
  const points = months.flatMap((each): Point[] =>
    each.value.ratio === null ? [] : [{ ...each, ratio: each.value.ratio }],
  );
  const complete = points.filter(({ isComplete }) => isComplete);
  const colour = ({ ratio }: Point): string =>
    goal === null || ratio >= goal ? "var(--met)" : "var(--late)";
  const symbol = ({ ratio }: Point): string =>
    goal === null || ratio >= goal ? "circle" : "diamond";
  const titleOf = (point: Point): string =>
    site.word("compliance.point", {
      month: site.month(point.month),
      rate: showRate(site, point.value),
      good: point.value.good,
      total: point.value.total,
    });
  const draw = (width: number): Element => {
    const labelled = labelledMonths(domain, width - 130);
    const low = axisStart(points, goal);
    return plot({
      width,
      height: 260,
      marginLeft: 48,
      marginRight: goal === null ? 16 : 96,
      marginBottom: 40,
      style: { fontSize: "12px" },
      x: { type: "point", domain, label: null, padding: 0.3 },
      y: { domain: [low, 1], label: null },
      color: { type: "identity" },
      symbol: { type: "identity" },
      r: { type: "identity" },
      marks: [
        gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 5 }),
        axisY({ ticks: 5, tickSize: 0, tickFormat: (value: number) => site.percent(value, 0) }),
        axisX({
          ticks: labelled,
          tickSize: 0,
          tickFormat: (month: string) => monthLabel(site, month, labelled),
        }),
        areaY(complete, {
          x: "month",
          y1: ({ value }: Point) => value.low,
          y2: ({ value }: Point) => value.high,
          fill: "var(--band)",
        }),
        ...(goal === null
          ? []
          : [
              ruleY([goal], { stroke: "var(--ink)", strokeWidth: 1 }),
              text([goal], {
                y: (value: number) => value,
                frameAnchor: "right",
                textAnchor: "start",
                dx: 6,
                text: () => site.word("compliance.goal", { goal: site.percent(goal, 0) }),
              }),
            ]),
        line(complete, { x: "month", y: "ratio", stroke: "var(--muted)", strokeWidth: 1.5 }),
        dot(points, {
          x: "month",
          y: "ratio",
          r: ({ value }: Point) => (value.isSmall ? 3 : 4.5),
          symbol,
          fill: (point: Point) => (point.isComplete ? colour(point) : "var(--ground)"),
          stroke: colour,
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
        show: ({ month }) => site.month(month),
      },
      { label: site.word("column.met"), value: ({ value }) => value.good, isNumber: true },
      { label: site.word("column.total"), value: ({ value }) => value.total, isNumber: true },
      {
        label: site.word("column.rate"),
        value: ({ value }) => (value.isSmall ? null : value.ratio),
        show: ({ value }) => showRate(site, value),
        isNumber: true,
      },
      {
        label: site.word("column.interval"),
        value: ({ value }) =>
          value.isSmall ? null : `${value.low.toFixed(3)}–${value.high.toFixed(3)}`,
        show: ({ value }) =>
          value.isSmall ? "" : `${site.percent(value.low, 0)}–${site.percent(value.high, 0)}`,
        isNumber: true,
      },
    ],
    rows: months,
  });
}
