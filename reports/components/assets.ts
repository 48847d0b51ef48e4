import { html } from "htl";

import { failureSection } from "./asset-failures.js";
import { horizonSection } from "./asset-horizons.js";
import { definitions } from "./definitions.js";
import { groupBy, rate, sum } from "./figures.js";
import { entityName, recentMonths, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { rateChart } from "./rate-chart.js";
import { showRate } from "./rates.js";
import { dayText } from "./families.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

export interface AssetData {
  months: MartRow<"mart_months">[];
  licences: MartRow<"mart_licences">[];
  horizons: MartRow<"mart_asset_horizons">[];
  failures: MartRow<"mart_asset_failures">[];
  completeness: MartRow<"mart_asset_completeness">[];
  incidents: MartRow<"mart_incident_assets">[];
  fitness: MartRow<"mart_fitness">[];
}

type Licence = AssetData["licences"][number];

function licenceSection(site: Site, data: AssetData, filters: Filters): HTMLElement | null {
  const rows = data.licences
    .filter((row) => siteTest(site, filters)(row.site_id))
    .toSorted(
      (a, b) =>
        (b.overuse ?? 0) - (a.overuse ?? 0) ||
        (b.idle_90_days ?? 0) - (a.idle_90_days ?? 0) ||
        a.product.localeCompare(b.product, site.language),
    );
  if (rows.length === 0) return null;
  const overused = rows.filter(({ overuse }) => (overuse ?? 0) > 0);
  const unknown = rows.filter(({ reason }) => reason !== "");
  const number = (label: string, value: (row: Licence) => number | null): Column<Licence> => ({
    label,
    value,
    isNumber: true,
  });
  const title = [
    site.word("licences.title", {
      n: overused.length,
      rights: sum(overused, ({ overuse }) => overuse ?? 0),
    }),
    ...(unknown.length > 0 ? [site.word("licences.unknown", { n: unknown.length })] : []),
  ].join("");
  return html`<section id="licences">
    <h2>${site.word("licences.heading")}</h2>
    <h3>${title}</h3>
    ${dataTable(site, {
      title: site.word("licences.table"),
      rows,
      columns: [
        { label: site.word("column.product"), value: ({ product }) => product },
        {
          label: site.word("column.entity"),
          value: (row) => entityName(site, row.site_id),
          isShort: true,
        },
        number(site.word("column.entitled"), ({ entitled }) => entitled),
        {
          label: site.word("column.used"),
          value: ({ used }) => used,
          show: ({ used, reason }) =>
            used === null ? site.wordOf("licence_reason", reason) : site.number(used),
          isNumber: true,
        },
        number(site.word("column.overuse"), ({ overuse }) => overuse),
        number(site.word("column.unused"), ({ unused }) => unused),
        number(site.word("column.idle"), ({ idle_90_days: idle }) => idle),
        {
          label: site.word("column.next_end"),
          value: (row) => row.next_end_on,
          isShort: true,
          show: (row) => (row.next_end_on === "" ? "" : dayText(site, row.next_end_on)),
        },
      ],
    })}
    ${definitions(site, data.fitness, ["licence_position"])}
  </section>`;
}

function completenessSection(site: Site, data: AssetData, filters: Filters): HTMLElement | null {
  const isSeen = siteTest(site, filters);
  const rows = [
    ...groupBy(
      data.completeness.filter((row) => isSeen(row.site_id)),
      ({ attribute }) => attribute,
    ),
  ]
    .map(([attribute, each]) => {
      const filled = sum(each, (row) => row.filled);
      return { attribute, value: rate(filled, sum(each, (row) => row.assets) - filled) };
    })
    .toSorted(
      (a, b) => (a.value.ratio ?? 0) - (b.value.ratio ?? 0) || (a.attribute < b.attribute ? -1 : 1),
    );
  const [least] = rows;
  if (!least) return null;
  return html`<section id="asset-completeness">
    <h2>${site.word("completeness.heading")}</h2>
    <h3>
      ${site.word("completeness.title", {
        attribute: site.wordOf("asset_attribute", least.attribute),
        rate: showRate(site, least.value),
        n: least.value.total,
      })}
    </h3>
    ${dataTable(site, {
      title: site.word("completeness.table"),
      rows,
      columns: [
        {
          label: site.word("column.attribute"),
          value: ({ attribute }) => site.wordOf("asset_attribute", attribute),
        },
        { label: site.word("column.filled"), value: ({ value }) => value.good, isNumber: true },
        { label: site.word("column.assets"), value: ({ value }) => value.total, isNumber: true },
        {
          label: site.word("column.share"),
          value: ({ value }) => (value.isSmall ? null : value.ratio),
          show: ({ value }) => showRate(site, value),
          bar: ({ value }) => value.ratio ?? 0,
          isNumber: true,
        },
      ],
    })}
    ${definitions(site, data.fitness, ["asset_completeness"])}
  </section>`;
}

function knownSection(site: Site, data: AssetData, filters: Filters): HTMLElement | null {
  const isSeen = siteTest(site, filters);
  const seen = data.incidents.filter((row) => isSeen(row.site_id));
  const months = recentMonths(data.months, filters).map(({ month, is_complete: isFirm }) => {
    const own = seen.filter((row) => row.month === month);
    const known = sum(own, (row) => row.with_known_asset);
    return { month, isFirm, value: rate(known, sum(own, (row) => row.incidents) - known) };
  });
  const last = months.at(-1);
  if (!last || last.value.total === 0) return null;
  const said = {
    rate: showRate(site, last.value),
    good: last.value.good,
    total: last.value.total,
    month: site.month(last.month),
  };
  return html`<section id="known-asset">
    <h2>${site.word("known_asset.heading")}</h2>
    ${rateChart(site, {
      title: last.value.isSmall
        ? site.word("known_asset.few", said)
        : site.word("known_asset.title", said),
      subtitle: site.word("known_asset.subtitle"),
      months,
      label: site.word("column.known_asset"),
    })}
    ${definitions(site, data.fitness, ["known_asset"])}
  </section>`;
}

/** The Assets and licences page; a section without data is not there. */
export function assetSections(site: Site, data: AssetData, filters: Filters): HTMLElement {
  return html`<div>
    ${licenceSection(site, data, filters)} ${horizonSection(site, data, filters)}
    ${failureSection(site, data, filters)} ${completenessSection(site, data, filters)}
    ${knownSection(site, data, filters)}
  </div>`;
}
