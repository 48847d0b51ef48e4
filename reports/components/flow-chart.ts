import { monthColumns, type MonthCounts } from "./month-columns.js";
import type { FlowView } from "./flow-view.js";
import type { Overview } from "./overview.js";

/** Tickets opened, as pale columns, with those resolved before them. */
export function flowChart(view: FlowView | Overview): HTMLElement {
  const { site, filters } = view;
  const rows = view.recent().map(({ month, isComplete }) => ({
    month,
    isComplete,
    opened: view.flow(month, (row) => row.opened),
    reopened: view.flow(month, (row) => row.reopened),
    resolved: view.flow(month, (row) => row.resolved),
    cancelled: view.flow(month, (row) => row.cancelled),
  }));
  const last = rows.at(-1);
  const difference = (last?.opened ?? 0) - (last?.resolved ?? 0);
  const values = { n: Math.abs(difference), month: site.month(filters.month) };
  return monthColumns(site, {
    title:
      difference === 0
        ? site.word("flow.even", values)
        : difference > 0
          ? site.word("flow.more_opened", values)
          : site.word("flow.more_resolved", values),
    subtitle: site.word("flow.subtitle"),
    rows,
    isStacked: false,
    series: [
      { count: ({ opened }) => opened, isStrong: false },
      { count: ({ resolved }) => resolved, isStrong: true },
    ],
    say: ({ month, opened, resolved }) =>
      site.word("flow.month_text", { month: site.month(month), opened, resolved }),
    columns: [
      { label: site.word("column.opened"), value: ({ opened }) => opened, isNumber: true },
      { label: site.word("column.reopened"), value: ({ reopened }) => reopened, isNumber: true },
      { label: site.word("column.resolved"), value: ({ resolved }) => resolved, isNumber: true },
      { label: site.word("column.cancelled"), value: ({ cancelled }) => cancelled, isNumber: true },
    ],
  });
}

interface Backlog extends MonthCounts {
  backlog: number;
  held: number;
}

/** The backlog at each month's end, of which on hold: a scale of its own, as it is small beside the flow. */
export function backlogChart(view: FlowView): HTMLElement {
  const { site, filters } = view;
  const backlog = (month: string): number => view.flow(month, (row) => row.backlog_end);
  const rows = view.recent().map(({ month, isComplete }): Backlog => ({
    month,
    isComplete,
    backlog: backlog(month),
    held: view.flow(month, (row) => row.on_hold_end),
  }));
  const stands = site.word("sentence.backlog", { n: backlog(filters.month) });
  return monthColumns(site, {
    title: view.withChange(stands, backlog),
    subtitle: site.word("backlog.subtitle"),
    rows,
    isStacked: true,
    series: [
      { count: (row) => row.backlog - row.held, isStrong: true },
      { count: ({ held }) => held, isStrong: false },
    ],
    say: (row) =>
      site.word("backlog.month_text", {
        month: site.month(row.month),
        backlog: row.backlog,
        held: row.held,
      }),
    columns: [
      { label: site.word("column.backlog"), value: (row) => row.backlog, isNumber: true },
      { label: site.word("column.on_hold"), value: ({ held }) => held, isNumber: true },
    ],
  });
}
