import type { DemandView } from "./demand-view.js";
import { monthColumns } from "./month-columns.js";

/** Incidents and requests that people opened, by month, one on the other; the rest is said apart. */
export function demandChart(view: DemandView): HTMLElement {
  const { site, filters } = view;
  const types = view.types();
  const rows = view.recent().map(({ month, isComplete }) => ({
    month,
    isComplete,
    total: view.opened(month),
    automatic: view.opened(month, "automatic"),
    duplicate: view.opened(month, "duplicate"),
    byType: new Map(types.map((type) => [type, view.opened(month, "people", type)])),
  }));
  type Row = (typeof rows)[number];
  const countOf =
    (type: string) =>
    ({ byType }: Row): number =>
      byType.get(type) ?? 0;
  const stands = site.word("demand.title", {
    n: view.opened(filters.month),
    month: site.month(filters.month),
  });
  return monthColumns(site, {
    title: view.withChange(stands, (month) => view.opened(month)),
    subtitle: site.word("demand.subtitle"),
    rows,
    isStacked: true,
    series: types.map((type) => ({ count: countOf(type), isStrong: type === "incident" })),
    say: (row) =>
      types
        .map((type) =>
          site.word("demand.bar", {
            month: site.month(row.month),
            type: site.wordOf("type", type),
            opened: countOf(type)(row),
          }),
        )
        .join("\n"),
    columns: [
      ...types.map((type) => ({
        label: site.wordOf("type", type),
        value: countOf(type),
        isNumber: true,
      })),
      { label: site.word("column.total"), value: ({ total }) => total, isNumber: true },
      { label: site.word("origin.automatic"), value: ({ automatic }) => automatic, isNumber: true },
      { label: site.word("origin.duplicate"), value: ({ duplicate }) => duplicate, isNumber: true },
    ],
  });
}
