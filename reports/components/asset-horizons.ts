import { html } from "htl";

import { definitions } from "./definitions.js";
import { shiftMonth, sum } from "./figures.js";
import { siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { monthColumns } from "./month-columns.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

const HORIZONS = ["expired", "within_3", "within_6", "within_12", "later", "unknown"];

type Row = MartRow<"mart_asset_horizons">;

/** Ends by month over the 24 months to come. */
function endChart(site: Site, what: string, rows: Row[], first: string): HTMLElement {
  const domain = Array.from({ length: 24 }, (_, index) => shiftMonth(first, index));
  const months = domain.map((month) => ({
    month,
    isComplete: true,
    assets: sum(
      rows.filter((row) => row.month === month),
      ({ assets }) => assets,
    ),
  }));
  const soon = sum(
    rows.filter(({ horizon }) => horizon === "within_3"),
    ({ assets }) => assets,
  );
  return monthColumns(site, {
    title: site.wordOf("horizon_title", what, { n: soon, count: soon }),
    subtitle: site.wordOf("horizon_subtitle", what),
    rows: months,
    series: [{ count: ({ assets }) => assets, isStrong: true }],
    isStacked: true,
    say: ({ month, assets }) => site.word("horizons.bar", { month: site.month(month), n: assets }),
    columns: [{ label: site.word("column.assets"), value: ({ assets }) => assets, isNumber: true }],
  });
}

/** Warranty and support: how many assets lose them, and when. */
export function horizonSection(
  site: Site,
  data: { horizons: Row[]; fitness: MartRow<"mart_fitness">[] },
  filters: Filters,
): HTMLElement | null {
  const isSeen = siteTest(site, filters);
  const rows = data.horizons.filter((row) => isSeen(row.site_id));
  const first = rows
    .map(({ month }) => month)
    .filter((month) => month !== "")
    .toSorted()[0];
  if (rows.length === 0) return null;
  const whats = ["warranty", "support"];
  const count = (what: string, horizon: string): number =>
    sum(
      rows.filter((row) => row.what === what && row.horizon === horizon),
      ({ assets }) => assets,
    );
  return html`<section id="asset-horizons">
    <h2>${site.word("horizons.heading")}</h2>
    ${
      first === undefined
        ? null
        : whats.map((what) =>
            endChart(
              site,
              what,
              rows.filter((row) => row.what === what),
              first,
            ),
          )
    }
    ${dataTable(site, {
      title: site.word("horizons.table"),
      rows: HORIZONS,
      columns: [
        { label: site.word("column.horizon"), value: (horizon) => site.wordOf("horizon", horizon) },
        ...whats.map((what) => ({
          label: site.wordOf("horizon_what", what),
          value: (horizon: string) => count(what, horizon),
          isNumber: true,
        })),
      ],
    })}
    ${definitions(site, data.fitness, ["asset_horizon"])}
  </section>`;
}
