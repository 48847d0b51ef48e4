import { axisX, axisY, barY, gridY, plot, ruleY } from "@observablehq/plot";

import { chart, countLabel, labelledMonths, monthLabel } from "./chart.js";
import { isWithheldEverywhere } from "./definitions.js";
import { recentMonths } from "./filters.js";
import type { Overview } from "./overview.js";

/** Tickets opened, as pale columns, with those resolved inside them. */
export function flowChart(overview: Overview): HTMLElement {
  const { site, data, filters } = overview;
  const rows = recentMonths(data.months, filters).map(({ month, is_complete }) => ({
    month,
    isComplete: is_complete,
    opened: overview.flow(month, (row) => row.opened),
    resolved: overview.flow(month, (row) => row.resolved),
    backlog: overview.flow(month, (row) => row.backlog_end),
  }));
  const last = rows.at(-1);
  const difference = (last?.opened ?? 0) - (last?.resolved ?? 0);
  const values = { n: Math.abs(difference), month: site.month(filters.month) };
  const title =
    difference === 0
      ? site.word("flow.even", values)
      : difference > 0
        ? site.word("flow.more_opened", values)
        : site.word("flow.more_resolved", values);
  const months = rows.map(({ month }) => month);
  const titleOf = (row: (typeof rows)[number]): string =>
    site.word("flow.month_text", {
      month: site.month(row.month),
      opened: row.opened,
      resolved: row.resolved,
    });
  return chart(site, {
    title,
    subtitle: site.word("flow.subtitle"),
    draw: (width) => {
      const labelled = labelledMonths(months, width - 40);
      const inset = (0.24 * (width - 60)) / Math.max(1, months.length);
      return plot({
        width,
        height: 240,
        marginLeft: 40,
        marginBottom: 40,
        style: { fontSize: "12px" },
        x: { type: "band", domain: months, padding: 0.15, label: null },
        y: { label: null, zero: true },
        opacity: { type: "identity" },
        marks: [
          gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 4 }),
          axisY({ ticks: 4, tickSize: 0, tickFormat: (count: number) => countLabel(site, count) }),
          axisX({
            ticks: labelled,
            tickSize: 0,
            tickFormat: (month: string) => monthLabel(site, month, labelled),
          }),
          barY(rows, {
            x: "month",
            y: "opened",
            fill: "var(--grey)",
            fillOpacity: (row) => (row.isComplete ? 1 : 0.45),
            title: titleOf,
          }),
          barY(rows, {
            x: "month",
            y: "resolved",
            insetLeft: inset,
            insetRight: inset,
            fill: "var(--accent)",
            fillOpacity: (row) => (row.isComplete ? 1 : 0.45),
            title: titleOf,
          }),
          ruleY([0], { stroke: "var(--muted)" }),
        ],
      });
    },
    columns: [
      {
        label: site.word("column.month"),
        value: ({ month }) => month,
        show: ({ month }) => site.month(month),
      },
      { label: site.word("column.opened"), value: ({ opened }) => opened, isNumber: true },
      { label: site.word("column.resolved"), value: ({ resolved }) => resolved, isNumber: true },
      ...(isWithheldEverywhere(data.fitness, "backlog")
        ? []
        : [
            {
              label: site.word("column.backlog"),
              value: ({ backlog }: (typeof rows)[number]) => backlog,
              isNumber: true,
            },
          ]),
    ],
    rows,
  });
}
