import { axisX, axisY, dot, gridX, plot, ruleY } from "@observablehq/plot";
import { html } from "htl";

import { chart } from "./chart.js";
import { definitions } from "./definitions.js";
import type { Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

type Row = MartRow<"mart_asset_failures">;

/** Columns of a rate with its exposure and interval. */
function rateColumns(site: Site): Column<Row>[] {
  const decimal = (label: string, value: (row: Row) => number | null): Column<Row> => ({
    label,
    value,
    show: (row) => site.number(value(row) ?? 0, 1),
    isNumber: true,
  });
  return [
    { label: site.word("column.incidents"), value: ({ incidents }) => incidents, isNumber: true },
    {
      label: site.word("column.asset_months"),
      value: (row) => row.asset_months,
      show: (row) => site.number(row.asset_months ?? 0, 0),
      isNumber: true,
    },
    decimal(site.word("column.failures"), ({ rate }) => rate),
    decimal(site.word("column.low"), ({ low }) => low),
    decimal(site.word("column.high"), ({ high }) => high),
  ];
}

/** Failures per 100 asset-months: a dot and its interval for each model, the others of its kind beside; then by age. */
export function failureSection(
  site: Site,
  data: { failures: Row[]; fitness: MartRow<"mart_fitness">[] },
  filters: Filters,
): HTMLElement | null {
  const kindOf = (row: Row): number =>
    data.failures.find(({ kind, model, age }) => kind === row.kind && model === "*" && age === -1)
      ?.rate ?? 0;
  const rows = data.failures
    .filter(({ model, age }) => model !== "*" && age === -1)
    .toSorted(
      (a, b) =>
        kindOf(a) - kindOf(b) ||
        (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : (b.rate ?? 0) - (a.rate ?? 0)),
    );
  if (rows.length === 0) return null;
  const outliers = rows.filter((row) => row.is_outlier);
  const [first] = outliers;
  const value = (amount: number | null): string => site.number(amount ?? 0, 1);
  const nameOf = ({ kind, model }: Row): string => `${model} (${site.wordOf("asset_kind", kind)})`;
  const names = rows.map(nameOf);
  const longest = Math.max(...names.map((name) => name.length));
  const draw = (width: number): Element =>
    plot({
      width,
      height: 44 + rows.length * 24,
      marginLeft: Math.min(width * 0.5, 14 + longest * 6.6),
      marginRight: 16,
      marginTop: 8,
      style: { fontSize: "12px" },
      x: { domain: [0, Math.max(...rows.map(({ high }) => high ?? 0))], nice: true, label: null },
      y: { type: "band", domain: names, label: null },
      marks: [
        gridX({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 5 }),
        axisX({ ticks: 5, tickSize: 0, tickFormat: (rate: number) => site.number(rate) }),
        axisY({ tickSize: 0, textOverflow: "ellipsis", lineWidth: width > 500 ? 20 : 13 }),
        ruleY(rows, { x1: "low", x2: "high", y: nameOf, stroke: "var(--grey)", strokeWidth: 5 }),
        dot(rows, {
          x: "rate",
          y: nameOf,
          r: 4.5,
          symbol: (row: Row) => (row.is_outlier ? "diamond" : "circle"),
          fill: (row: Row) => (row.is_outlier ? "var(--late)" : "var(--accent)"),
          title: (row: Row) =>
            site.word("failures.point", {
              name: nameOf(row),
              rate: value(row.rate),
              low: value(row.low),
              high: value(row.high),
              n: row.incidents,
              months: row.asset_months ?? 0,
            }),
        }),
      ],
    });
  const ages = data.failures
    .filter(({ model, age }) => model === "*" && age !== -1)
    .toSorted((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.age - b.age));
  return html`<section id="asset-failures">
    <h2>${site.word("failures.heading")}</h2>
    ${chart(site, {
      title: first
        ? site.word("failures.title", {
            n: outliers.length,
            model: first.model,
            rate: value(first.rate),
            other: value(first.other_rate),
          })
        : site.word("failures.none"),
      subtitle: site.word("failures.subtitle"),
      draw,
      columns: [
        {
          label: site.word("column.asset_kind"),
          value: ({ kind }) => site.wordOf("asset_kind", kind),
        },
        { label: site.word("column.model"), value: ({ model }) => model },
        ...rateColumns(site),
        {
          label: site.word("column.verdict"),
          value: (row) => (row.is_outlier ? site.word("failures.outlier") : ""),
        },
      ],
      rows,
      limit: 30,
    })}
    ${dataTable(site, {
      title: site.word("failures.by_age"),
      rows: ages,
      columns: [
        {
          label: site.word("column.asset_kind"),
          value: ({ kind }) => site.wordOf("asset_kind", kind),
        },
        {
          label: site.word("column.asset_age"),
          value: ({ age }) => age,
          show: ({ age }) => site.word("failures.age", { n: age, next: age + 1 }),
        },
        ...rateColumns(site),
      ],
    })}
    ${filters.entity === "" ? null : html`<p>${site.word("failures.whole")}</p>`}
    ${definitions(site, data.fitness, ["asset_failures"])}
  </section>`;
}
