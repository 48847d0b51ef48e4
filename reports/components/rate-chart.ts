import { areaY, dot, line, plot, ruleY, text } from "@observablehq/plot";

import { chart } from "./chart.js";
import type { Rate } from "./figures.js";
import { monthGround } from "./month-axis.js";
import { showRate } from "./rates.js";
import type { Site } from "./site.js";

export interface MonthRate {
  month: string;
  /** Whether the month is complete and its follow-up, if there is one, has ended. */
  isFirm: boolean;
  value: Rate;
}

interface Point extends MonthRate {
  ratio: number;
}

/** The vertical axis: from zero up, or from the ten under everything drawn up to the whole. */
function axisOf(points: Point[], goal: number | null, isToWhole: boolean): [number, number] {
  if (isToWhole) {
    const low = Math.min(goal ?? 1, ...points.map(({ value }) => value.low));
    return [Math.max(0, Math.floor(low * 10) / 10), 1];
  }
  const firm = points.filter(({ isFirm }) => isFirm);
  const tops = [...firm.map(({ value }) => value.high), ...points.map(({ ratio }) => ratio), 0.05];
  return [0, Math.min(1, Math.ceil(Math.max(...tops) * 10) / 10)];
}

/**
 * A rate by month with its Wilson 95 % band over the firm months and, where there is one, the goal.
 * Months that meet it are blue circles, those that do not orange diamonds; provisional ones are
 * hollow and joined to nothing.
 *
 * @param options.label of the column that counts the tickets of the rate
 * @param options.goal percent. Default: none
 * @param options.isToWhole whether the axis ends at 100 %, as for rates that should be near it.
 *   Default: it begins at zero
 */
export function rateChart(
  site: Site,
  options: {
    title: string;
    subtitle: string;
    months: MonthRate[];
    label: string;
    goal?: number;
    isToWhole?: boolean;
  },
): HTMLElement {
  const { title, subtitle, months, label } = options;
  const goal = options.goal === undefined ? null : options.goal / 100;
  const domain = months.map(({ month }) => month);
  const points = months.flatMap((each): Point[] =>
    each.value.ratio === null ? [] : [{ ...each, ratio: each.value.ratio }],
  );
  const firm = points.filter(({ isFirm }) => isFirm);
  const [low, high] = axisOf(points, goal, options.isToWhole ?? false);
  const isGood = ({ ratio }: Point): boolean => goal === null || ratio >= goal;
  const colour = (point: Point): string => (isGood(point) ? "var(--met)" : "var(--late)");
  const monthText = ({ month, isFirm }: MonthRate): string =>
    isFirm ? site.month(month) : site.word("rate.provisional", { month: site.month(month) });
  const goalMarks =
    goal === null
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
        ];
  const draw = (width: number): Element => {
    const marginRight = goal === null ? 16 : 96;
    return plot({
      width,
      height: 240,
      marginLeft: 48,
      marginRight,
      marginBottom: 40,
      style: { fontSize: "12px" },
      x: { type: "point", domain, label: null, padding: 0.3 },
      y: { domain: [low, high], label: null },
      color: { type: "identity" },
      symbol: { type: "identity" },
      r: { type: "identity" },
      marks: [
        ...monthGround(site, {
          months: domain,
          width: width - 48 - marginRight,
          ticks: 5,
          show: (ratio) => site.percent(ratio, 0),
        }),
        areaY(firm, {
          x: "month",
          y1: ({ value }: Point) => Math.max(low, value.low),
          y2: ({ value }: Point) => Math.min(high, value.high),
          fill: "var(--band)",
        }),
        ...(low === 0 ? [ruleY([0], { stroke: "var(--muted)" })] : []),
        ...goalMarks,
        line(firm, { x: "month", y: "ratio", stroke: "var(--muted)", strokeWidth: 1.5 }),
        dot(points, {
          x: "month",
          y: "ratio",
          r: ({ value }: Point) => (value.isSmall ? 3 : 4.5),
          symbol: (point: Point) => (isGood(point) ? "circle" : "diamond"),
          fill: (point: Point) => (point.isFirm ? colour(point) : "var(--ground)"),
          stroke: colour,
          title: (point: Point) =>
            site.word("rate.point", {
              month: monthText(point),
              rate: showRate(site, point.value),
              good: point.value.good,
              total: point.value.total,
            }),
        }),
      ],
    });
  };
  return chart(site, {
    title,
    subtitle,
    draw,
    columns: [
      { label: site.word("column.month"), value: ({ month }) => month, show: monthText },
      { label, value: ({ value }) => value.good, isNumber: true },
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
          value.isSmall ? "" : `${site.percent(value.low, 1)}–${site.percent(value.high, 1)}`,
        isNumber: true,
      },
    ],
    rows: months,
  });
}
