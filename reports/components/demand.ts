import { html } from "htl";

import { demandChart } from "./demand-chart.js";
import { agentSection, rateSection } from "./demand-rates.js";
import { DemandView, type DemandData } from "./demand-view.js";
import { groupBy, sum } from "./figures.js";
import type { Filters } from "./filters.js";
import { heatmap } from "./heatmap.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

/** False where nobody said the value, or where it stands for those of too few people to be shown. */
const isNamed = (value: string): boolean => value !== "" && value !== "*";

/** What each value of a dimension was asked, incidents and requests apart; null where no value is known. */
function dimensionSection(
  view: DemandView,
  options: { dimension: string; name: (value: string) => string },
): HTMLElement | null {
  const { site, filters } = view;
  const { dimension, name } = options;
  const count = (month: string, value: string, type = ""): number =>
    sum(
      view
        .rows(month, dimension)
        .filter((row) => row.value === value && (type === "" || row.type === type)),
      (row) => row.opened,
    );
  const rows = [...groupBy(view.rows(filters.month, dimension), ({ value }) => value)]
    .map(([value, each]) => ({
      value,
      name:
        value === "*"
          ? site.word("demand.too_few")
          : value === ""
            ? site.word("demand.not_said")
            : name(value),
      opened: sum(each, ({ opened }) => opened),
    }))
    // What nobody said, or too few to be shown, comes last, however often.
    .toSorted(
      (a, b) =>
        Number(isNamed(b.value)) - Number(isNamed(a.value)) ||
        b.opened - a.opened ||
        a.name.localeCompare(b.name, site.language),
    );
  const [first] = rows;
  if (!first || !isNamed(first.value)) return null;
  type Row = (typeof rows)[number];
  const types = [
    ...new Set(view.rows(filters.month, dimension).map(({ type }) => type)),
  ].toSorted();
  const total = sum(rows, ({ opened }) => opened);
  const largest = Math.max(...rows.map(({ opened }) => opened));
  return html`<section id=${`demand-${dimension}`}>
    <h2>${site.wordOf("dimension", dimension)}</h2>
    <h3>${site.wordOf("most", dimension, { name: first.name, count: first.opened, total })}</h3>
    ${dataTable(site, {
      title: site.word("demand.table", { month: site.month(filters.month) }),
      rows,
      columns: [
        { label: site.wordOf("dimension_value", dimension), value: (row) => row.name },
        ...(types.length > 1
          ? types.map((type): Column<Row> => ({
              label: site.wordOf("type", type),
              value: (row) => count(filters.month, row.value, type),
              isNumber: true,
            }))
          : []),
        {
          label:
            types.length === 1 ? site.wordOf("type", types[0] ?? "") : site.word("column.total"),
          value: (row) => row.opened,
          bar: (row) => row.opened / largest,
          isNumber: true,
        },
        ...view.compared().map(({ month }): Column<Row> => ({
          label: site.word("column.change", { month: site.month(month) }),
          value: (row) => row.opened - count(month, row.value),
          show: (row) => site.signed(row.opened - count(month, row.value)),
          isNumber: true,
        })),
      ],
    })}
    ${view.defined(`demand_${dimension}`)}
  </section>`;
}

function apart(view: DemandView): HTMLElement {
  const { site, filters } = view;
  return html`<p>
    ${site.word("demand.apart", {
      month: site.month(filters.month),
      automatic: view.opened(filters.month, "automatic"),
      duplicate: view.opened(filters.month, "duplicate"),
    })}
  </p>`;
}

/** The Service demand page; a section without data is not there. */
export function demandSections(site: Site, data: DemandData, filters: Filters): HTMLElement {
  const view = new DemandView(site, data, filters);
  const services = dimensionSection(view, {
    dimension: "service",
    name: (value) => site.text(site.context.services.find(({ id }) => id === value)?.name) || value,
  });
  const asIs = (value: string): string => value;
  return html`<div>
    ${demandChart(view)} ${apart(view)} ${view.defined("demand")}
    <div class="side-by-side">
      ${services ?? dimensionSection(view, { dimension: "category", name: asIs })}
      ${dimensionSection(view, { dimension: "catalogue_item", name: asIs })}
      ${dimensionSection(view, {
        dimension: "channel",
        name: (value) => site.wordOf("channel", value),
      })}
      ${dimensionSection(view, { dimension: "population", name: asIs })}
    </div>
    ${heatmap(view)}
    <div class="side-by-side">${rateSection(view)} ${agentSection(view)}</div>
  </div>`;
}
