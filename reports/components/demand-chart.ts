import { axisX, axisY, barY, gridY, plot, ruleY } from "@observablehq/plot";

import { chart, countLabel, labelledMonths, monthLabel } from "./chart.js";
import type { DemandView } from "./demand-view.js";
import { recentMonths } from "./filters.js";
import { countChange } from "./rates.js";

/** Incidents and requests that people opened, by month, one on the other; the rest is said apart. */
export function demandChart(view: DemandView): HTMLElement {
  const { site, filters, data } = view;
  const types = view.types();
  const months = recentMonths(data.months, filters).map(({ month, is_complete }) => ({
    month,
    isComplete: is_complete,
    total: view.opened(month),
    automatic: view.opened(month, "automatic"),
    duplicate: view.opened(month, "duplicate"),
    byType: new Map(types.map((type) => [type, view.opened(month, "people", type)])),
  }));
  const bars = months.flatMap(({ month, isComplete, byType }) =>
    types.map((type) => ({ month, isComplete, type, opened: byType.get(type) ?? 0 })),
  );
  type Bar = (typeof bars)[number];
  const stands = site.word("demand.title", {
    n: view.opened(filters.month),
    month: site.month(filters.month),
  });
  const before = view.compared()[0];
  const domain = months.map(({ month }) => month);
  const draw = (width: number): Element => {
    const labelled = labelledMonths(domain, width - 40);
    return plot({
      width,
      height: 240,
      marginLeft: 44,
      marginBottom: 40,
      style: { fontSize: "12px" },
      x: { type: "band", domain, padding: 0.25, label: null },
      y: { label: null, zero: true },
      color: { type: "identity" },
      opacity: { type: "identity" },
      marks: [
        gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 4 }),
        axisY({ ticks: 4, tickSize: 0, tickFormat: (count: number) => countLabel(site, count) }),
        axisX({
          ticks: labelled,
          tickSize: 0,
          tickFormat: (month: string) => monthLabel(site, month, labelled),
        }),
        barY(bars, {
          x: "month",
          y: "opened",
          fill: ({ type }: Bar) => (type === "incident" ? "var(--accent)" : "var(--grey)"),
          fillOpacity: ({ isComplete }: Bar) => (isComplete ? 1 : 0.45),
          title: ({ month, type, opened }: Bar) =>
            site.word("demand.bar", {
              month: site.month(month),
              type: site.wordOf("type", type),
              opened,
            }),
        }),
        ruleY([0], { stroke: "var(--muted)" }),
      ],
    });
  };
  return chart(site, {
    title: before
      ? site.word("backlog.title", {
          stands,
          change: countChange(
            site,
            view.opened(filters.month),
            view.opened(before.month),
            before.name,
          ),
        })
      : stands,
    subtitle: site.word("demand.subtitle"),
    draw,
    columns: [
      {
        label: site.word("column.month"),
        value: ({ month }) => month,
        show: ({ month }) => site.month(month),
      },
      ...types.map((type) => ({
        label: site.wordOf("type", type),
        value: ({ byType }: (typeof months)[number]) => byType.get(type) ?? 0,
        isNumber: true,
      })),
      { label: site.word("column.total"), value: ({ total }) => total, isNumber: true },
      { label: site.word("origin.automatic"), value: ({ automatic }) => automatic, isNumber: true },
      { label: site.word("origin.duplicate"), value: ({ duplicate }) => duplicate, isNumber: true },
    ],
    rows: months,
  });
}
