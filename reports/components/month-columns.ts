import { barY, plot, ruleY } from "@observablehq/plot";

import { chart } from "./chart.js";
import { countLabel, monthColumn, monthGround } from "./month-axis.js";
import type { Site } from "./site.js";
import type { Column } from "./table.js";

export interface MonthCounts {
  month: string;
  isComplete: boolean;
}

export interface Series<T> {
  count: (row: T) => number;
  /** The strong series is drawn in the accent, the other one in grey. */
  isStrong: boolean;
}

/**
 * Two counts as columns by month, incomplete months pale: one on the other where they add up, else
 * the second, narrower, before the first.
 *
 * @param options.columns of the table, after the month's
 */
export function monthColumns<T extends MonthCounts>(
  site: Site,
  options: {
    title: string;
    subtitle: string;
    rows: T[];
    series: Series<T>[];
    isStacked: boolean;
    /** A month in words. */
    say: (row: T) => string;
    columns: Column<T>[];
  },
): HTMLElement {
  const { title, subtitle, rows, series, isStacked, say } = options;
  const months = rows.map(({ month }) => month);
  const layers = series.map(({ count, isStrong }, layer) => ({
    isStrong,
    isInner: !isStacked && layer > 0,
    bars: rows.map((row) => {
      const below = isStacked ? series.slice(0, layer) : [];
      const from = below.reduce((total, each) => total + each.count(row), 0);
      return { row, month: row.month, from, to: from + count(row) };
    }),
  }));
  type Bar = (typeof layers)[number]["bars"][number];
  const opacity = ({ row }: Bar): number => (row.isComplete ? 1 : 0.45);
  const draw = (width: number): Element => {
    const inset = (0.24 * (width - 60)) / Math.max(1, months.length);
    return plot({
      width,
      height: 250,
      marginLeft: 48,
      marginBottom: 40,
      style: { fontSize: "12px" },
      x: { type: "band", domain: months, padding: 0.2, label: null },
      y: { label: null, zero: true },
      opacity: { type: "identity" },
      marks: [
        ...monthGround(site, {
          months,
          width: width - 48,
          ticks: 4,
          show: (count) => countLabel(site, count),
        }),
        ...layers.map(({ bars, isStrong, isInner }) =>
          barY(bars, {
            x: "month",
            y1: "from",
            y2: "to",
            fill: isStrong ? "var(--accent)" : "var(--grey)",
            // A pale column is told from the ground by its edge.
            stroke: isStrong ? "var(--accent)" : "var(--edge)",
            fillOpacity: opacity,
            strokeOpacity: opacity,
            insetLeft: isInner ? inset : 0.5,
            insetRight: isInner ? inset : 0.5,
            title: ({ row }: Bar) => say(row),
          }),
        ),
        ruleY([0], { stroke: "var(--muted)" }),
      ],
    });
  };
  return chart(site, {
    title,
    subtitle,
    draw,
    columns: [monthColumn<T>(site), ...options.columns],
    rows,
  });
}
