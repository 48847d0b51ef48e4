import { axisX, axisY, barY, dot, gridY, line, plot, ruleY } from "@observablehq/plot";

import { chart, countLabel, labelledMonths, monthLabel } from "./chart.js";
import { recentMonths } from "./filters.js";
import type { FlowView } from "./flow-view.js";
import { countChange } from "./rates.js";

/** Tickets opened and resolved as columns, the backlog and what of it is on hold as lines; one unit, one axis. */
export function backlogChart(view: FlowView): HTMLElement {
  const { site, filters, data } = view;
  const rows = recentMonths(data.months, filters).map(({ month, is_complete }) => ({
    month,
    isComplete: is_complete,
    opened: view.flow(month, (row) => row.opened),
    reopened: view.flow(month, (row) => row.reopened),
    resolved: view.flow(month, (row) => row.resolved),
    cancelled: view.flow(month, (row) => row.cancelled),
    backlog: view.flow(month, (row) => row.backlog_end),
    held: view.flow(month, (row) => row.on_hold_end),
  }));
  type Row = (typeof rows)[number];
  const months = rows.map(({ month }) => month);
  const now = rows.at(-1);
  const before = view.compared()[0];
  const stands = site.word("sentence.backlog", { n: now?.backlog ?? 0 });
  const titleOf = (row: Row): string =>
    site.word("backlog.month_text", {
      month: site.month(row.month),
      opened: row.opened,
      resolved: row.resolved,
      backlog: row.backlog,
      held: row.held,
    });
  const opacity = (row: Row): number => (row.isComplete ? 1 : 0.45);
  const draw = (width: number): Element => {
    const labelled = labelledMonths(months, width - 40);
    const inset = (0.24 * (width - 60)) / Math.max(1, months.length);
    return plot({
      width,
      height: 280,
      marginLeft: 44,
      marginBottom: 40,
      style: { fontSize: "12px" },
      x: { type: "band", domain: months, padding: 0.15, label: null },
      y: { label: null, zero: true },
      opacity: { type: "identity" },
      marks: [
        gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 5 }),
        axisY({ ticks: 5, tickSize: 0, tickFormat: (count: number) => countLabel(site, count) }),
        axisX({
          ticks: labelled,
          tickSize: 0,
          tickFormat: (month: string) => monthLabel(site, month, labelled),
        }),
        barY(rows, {
          x: "month",
          y: "opened",
          fill: "var(--grey)",
          fillOpacity: opacity,
          title: titleOf,
        }),
        barY(rows, {
          x: "month",
          y: "resolved",
          insetLeft: inset,
          insetRight: inset,
          fill: "var(--accent)",
          fillOpacity: opacity,
          title: titleOf,
        }),
        ruleY([0], { stroke: "var(--muted)" }),
        line(rows, { x: "month", y: "held", stroke: "var(--ink)", strokeDasharray: "3 3" }),
        line(rows, { x: "month", y: "backlog", stroke: "var(--ink)", strokeWidth: 2 }),
        dot(rows, {
          x: "month",
          y: "backlog",
          r: 3.5,
          fill: ({ isComplete }: Row) => (isComplete ? "var(--ink)" : "var(--ground)"),
          stroke: "var(--ink)",
          title: titleOf,
        }),
      ],
    });
  };
  return chart(site, {
    title: before
      ? site.word("backlog.title", {
          stands,
          change: countChange(
            site,
            now?.backlog ?? 0,
            view.flow(before.month, (row) => row.backlog_end),
            before.name,
          ),
        })
      : stands,
    subtitle: site.word("backlog.subtitle"),
    draw,
    columns: [
      {
        label: site.word("column.month"),
        value: ({ month }) => month,
        show: ({ month }) => site.month(month),
      },
      { label: site.word("column.opened"), value: (row) => row.opened, isNumber: true },
      { label: site.word("column.reopened"), value: (row) => row.reopened, isNumber: true },
      { label: site.word("column.resolved"), value: (row) => row.resolved, isNumber: true },
      { label: site.word("column.cancelled"), value: (row) => row.cancelled, isNumber: true },
      { label: site.word("column.backlog"), value: (row) => row.backlog, isNumber: true },
      { label: site.word("column.on_hold"), value: (row) => row.held, isNumber: true },
    ],
    rows,
  });
}
