import { axisX, axisY, dot, gridX, link, plot, ruleY } from "@observablehq/plot";
import { html } from "htl";

import { chart } from "./chart.js";
import { definitions } from "./definitions.js";
import { cannotTell } from "./evidence.js";
import { familyLink, familyName, hasPage, serviceName, type Family } from "./families.js";
import { rate, sum } from "./figures.js";
import { entityName, recentMonths, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { showRate } from "./rates.js";
import { USER_CLOCKS } from "./what-changed.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

export interface ComparisonData {
  months: MartRow<"mart_months">[];
  sources: MartRow<"mart_sources">[];
  comparison: MartRow<"mart_site_comparison">[];
  flow: MartRow<"mart_flow_monthly">[];
  families: Family[];
  unmapped: MartRow<"mart_unmapped">[];
  fitness: MartRow<"mart_fitness">[];
}

type Row = ComparisonData["comparison"][number];

/** Families listed at most: the rest came too seldom to be shared work. */
const SHARED_SHOWN = 30;

const P1_P2 = new Set(["P1", "P2"]);

const interval = (site: Site, low: number | null, high: number | null): string =>
  low === null || high === null ? "" : `${site.percent(low, 1)}–${site.percent(high, 1)}`;

/** Sites as they are (hollow) and with one mix for all (full, with the interval). */
function dots(site: Site, rows: Row[]): (width: number) => Element {
  const nameOf = (row: Row): string => entityName(site, row.site_id);
  const longest = Math.max(...rows.map((row) => nameOf(row).length));
  const bounds = rows.flatMap((row) => [row.crude, row.adjusted_low, row.adjusted_high]);
  const values = bounds.filter((value) => value !== null);
  const domain = [
    Math.max(0, Math.floor(Math.min(...values) * 20) / 20),
    Math.min(1, Math.ceil(Math.max(...values) * 20) / 20),
  ];
  const adjusted = rows.filter((row) => row.adjusted !== null);
  return (width) =>
    plot({
      width,
      height: 44 + rows.length * 26,
      marginLeft: Math.min(width * 0.4, 14 + longest * 6.8),
      marginRight: 24,
      marginTop: 8,
      style: { fontSize: "12px" },
      x: { domain, label: null },
      y: { type: "band", domain: rows.map(nameOf), label: null },
      marks: [
        gridX({ stroke: "var(--rule)", strokeOpacity: 1, ticks: 5 }),
        axisX({ ticks: 5, tickSize: 0, tickFormat: (share: number) => site.percent(share, 0) }),
        axisY({ tickSize: 0, textOverflow: "ellipsis", lineWidth: width > 500 ? 20 : 13 }),
        ruleY(adjusted, {
          x1: "adjusted_low",
          x2: "adjusted_high",
          y: nameOf,
          stroke: "var(--grey)",
          strokeWidth: 5,
        }),
        link(adjusted, {
          x1: "crude",
          x2: "adjusted",
          y1: nameOf,
          y2: nameOf,
          stroke: "var(--muted)",
          strokeDasharray: "2,2",
        }),
        dot(rows, {
          x: "crude",
          y: nameOf,
          r: 4.5,
          stroke: "var(--accent)",
          fill: "var(--ground)",
        }),
        dot(adjusted, {
          x: "adjusted",
          y: nameOf,
          r: 4.5,
          fill: "var(--accent)",
          title: (row: Row) =>
            site.word("site_compare.point", {
              name: nameOf(row),
              crude: site.percent(row.crude ?? 0, 1),
              adjusted: site.percent(row.adjusted ?? 0, 1),
            }),
        }),
      ],
    });
}

/** What one mix for all makes of the sites, by the one that it moves most. */
function titleOf(site: Site, clock: string, rows: Row[]): string {
  const moved = (row: Row): number => Math.abs((row.adjusted ?? row.crude ?? 0) - (row.crude ?? 0));
  const most = rows.toSorted((a, b) => moved(b) - moved(a))[0]!;
  const values = {
    clock: site.wordOf("clock", clock),
    name: entityName(site, most.site_id),
    crude: site.percent(most.crude ?? 0, 1),
    adjusted: site.percent(most.adjusted ?? 0, 1),
  };
  return most.adjusted === null || moved(most) < 0.005
    ? site.word("site_compare.same", values)
    : site.word("site_compare.title", values);
}

function clockSection(site: Site, clock: string, rows: Row[]): HTMLElement {
  const hasWords = rows.some(({ word }) => word !== "");
  const hasExpected = rows.some((row) => row.observed_over_expected !== null);
  const words: Column<Row> = {
    label: site.word("column.verdict"),
    value: ({ word }) => word && site.wordOf("funnel_word", word),
  };
  const expected: Column<Row> = {
    label: site.word("site_compare.expected"),
    value: (row) => row.observed_over_expected,
    show: (row) =>
      row.observed_over_expected === null ? "" : site.number(row.observed_over_expected, 2),
    isNumber: true,
  };
  const columns: Column<Row>[] = [
    { label: site.word("column.site"), value: (row) => entityName(site, row.site_id) },
    { label: site.word("site_compare.judged"), value: ({ judged }) => judged, isNumber: true },
    {
      label: site.word("site_compare.crude"),
      value: ({ crude }) => crude,
      show: (row) => showRate(site, rate(row.met, row.judged - row.met)),
      isNumber: true,
    },
    {
      label: site.word("column.interval"),
      value: (row) => interval(site, row.crude_low, row.crude_high),
      isNumber: true,
    },
    {
      label: site.word("site_compare.adjusted"),
      value: ({ adjusted }) => adjusted,
      show: ({ adjusted }) => (adjusted === null ? "" : site.percent(adjusted, 1)),
      isNumber: true,
    },
    {
      label: site.word("column.interval"),
      value: (row) => interval(site, row.adjusted_low, row.adjusted_high),
      isNumber: true,
    },
    ...(hasExpected ? [expected] : []),
    ...(hasWords ? [words] : []),
  ];
  return chart(site, {
    title: titleOf(site, clock, rows),
    subtitle: site.word("site_compare.subtitle", {
      n: rows[0]!.strata,
      weights: rows[0]!.weights_of.split("/").map(site.month).join(" – "),
    }),
    draw: dots(site, rows),
    columns,
    rows,
    limit: 30,
  });
}

/** Sites side by side, by name: no ranks (DEFINITIONS 34). */
function comparison(site: Site, data: ComparisonData, filters: Filters): HTMLElement {
  const own = data.comparison.filter(({ month }) => month <= filters.month);
  const last = own
    .map(({ month }) => month)
    .toSorted()
    .at(-1);
  return html`<section id="comparison">
    <h2>${site.word("site_compare.heading")}</h2>
    ${
      last === undefined
        ? html`<p>${site.word("site_compare.none")}</p>`
        : html`<p class="lede">${site.word("site_compare.lede", { month: site.month(last) })}</p>
            ${USER_CLOCKS.flatMap((clock) => {
              const rows = own
                .filter((row) => row.month === last && row.clock === clock)
                .toSorted((a, b) =>
                  entityName(site, a.site_id).localeCompare(
                    entityName(site, b.site_id),
                    site.locale,
                  ),
                );
              return rows.length > 0 ? [clockSection(site, clock, rows)] : [];
            })}`
    }
    ${definitions(site, data.fitness, ["site_comparison"])}
  </section>`;
}

/** What each site is asked, beside the comparison: priority is set by the site that it judges. */
function mix(site: Site, data: ComparisonData, filters: Filters): HTMLElement | null {
  const months = new Set(recentMonths(data.months, filters, 12).map(({ month }) => month));
  const flow = data.flow.filter(({ month }) => months.has(month));
  const sites = [...new Set(flow.map((row) => row.site_id))].toSorted((a, b) =>
    entityName(site, a).localeCompare(entityName(site, b), site.locale),
  );
  const opened = (id: string, test: (row: (typeof flow)[number]) => boolean = () => true): number =>
    sum(
      flow.filter((row) => row.site_id === id && test(row)),
      (row) => row.opened,
    );
  const rows = sites.flatMap((id) => {
    const total = opened(id);
    if (total === 0) return [];
    const incidents = opened(id, ({ type }) => type === "incident");
    const urgent = opened(id, ({ type, priority }) => type === "incident" && P1_P2.has(priority));
    return [
      {
        id,
        total,
        incidents: rate(incidents, total - incidents),
        urgent: rate(urgent, incidents - urgent),
      },
    ];
  });
  if (rows.length < 2) return null;
  const shareColumn = (
    label: string,
    of: (row: (typeof rows)[number]) => ReturnType<typeof rate>,
  ): Column<(typeof rows)[number]> => ({
    label,
    value: (row) => (of(row).isSmall ? null : of(row).ratio),
    show: (row) => showRate(site, of(row)),
    bar: (row) => of(row).ratio ?? 0,
    isNumber: true,
  });
  return html`<section id="mix">
    <h2>${site.word("site_mix.heading")}</h2>
    ${dataTable(site, {
      title: site.word("site_mix.table", { month: site.month(filters.month) }),
      rows,
      limit: 30,
      columns: [
        { label: site.word("column.site"), value: ({ id }) => entityName(site, id) },
        { label: site.word("site_mix.opened"), value: ({ total }) => total, isNumber: true },
        shareColumn(site.word("site_mix.incidents"), (row) => row.incidents),
        shareColumn(site.word("site_mix.urgent"), (row) => row.urgent),
      ],
    })}
    ${definitions(site, data.fitness, ["opened"])}
  </section>`;
}

function sharedFamilies(site: Site, data: ComparisonData): HTMLElement {
  const rows = data.families
    .filter((family) => family.sites >= 2 && family.is_recurrent && !family.is_catch_all)
    .toSorted((a, b) => b.occurrences_90_days - a.occurrences_90_days || b.sites - a.sites);
  return html`<section id="shared-families">
    <h2>${site.word("shared.heading")}</h2>
    <h3>
      ${rows.length === 0 ? site.word("shared.none") : site.word("shared.title", { n: rows.length })}
    </h3>
    ${
      rows.length === 0
        ? null
        : dataTable(site, {
            title: site.word("shared.table", { n: Math.min(rows.length, SHARED_SHOWN) }),
            rows: rows.slice(0, SHARED_SHOWN),
            limit: 10,
            columns: [
              {
                label: site.word("recurring_column.family"),
                value: familyName,
                show: (family) =>
                  hasPage(family)
                    ? html`<a href=${familyLink(family.family_id)}>${familyName(family)}</a>`
                    : familyName(family),
              },
              {
                label: site.word("recurring_column.service"),
                value: (family) => serviceName(site, family),
              },
              {
                label: site.word("recurring_column.sites"),
                value: ({ sites }) => sites,
                isNumber: true,
              },
              {
                label: site.word("recurring_column.days_90"),
                value: (family) => family.occurrences_90_days,
                isNumber: true,
              },
              {
                label: site.word("recurring_column.days_180"),
                value: (family) => family.occurrences_180_days,
                isNumber: true,
              },
            ],
          })
    }
    ${definitions(site, data.fitness, ["shared_families"])}
  </section>`;
}

/** How far each source may be compared: its reach, what its tool cannot tell, its values without a home. */
function comparability(site: Site, data: ComparisonData, filters: Filters): HTMLElement {
  const month = data.months.find((row) => row.month === filters.month);
  const rows = data.sources.filter(({ tickets }) => tickets > 0);
  const withheld = (id: string): number =>
    data.fitness.filter((row) => row.source_id === id && row.is_withheld).length;
  return html`<section id="comparability">
    <h2>${site.word("comparability.heading")}</h2>
    <h3>
      ${site.word("comparability.title", {
        n: month?.sources_complete ?? 0,
        total: month?.sources_total ?? 0,
        month: site.month(filters.month),
      })}
    </h3>
    ${dataTable(site, {
      title: site.word("comparability.table"),
      rows,
      limit: 20,
      columns: [
        { label: site.word("column.source"), value: (row) => row.source_id },
        { label: site.word("comparability.tool"), value: ({ tool }) => tool },
        {
          label: site.word("column.data_through"),
          value: (row) => row.data_through_local,
          show: (row) => site.instant(row.data_through_local),
        },
        { label: site.word("column.tickets"), value: ({ tickets }) => tickets, isNumber: true },
        { label: site.word("column.cannot"), value: (row) => cannotTell(site, row) },
        {
          label: site.word("comparability.unmapped"),
          value: (row) =>
            sum(
              data.unmapped.filter((each) => each.source_id === row.source_id),
              ({ records }) => records,
            ),
          isNumber: true,
        },
        {
          label: site.word("comparability.withheld"),
          value: (row) => withheld(row.source_id),
          isNumber: true,
        },
      ],
    })}
  </section>`;
}

/** The page that compares sites; a section without data is not there. */
export function comparisonSections(
  site: Site,
  data: ComparisonData,
  filters: Filters,
): HTMLElement {
  return html`<div>
    ${comparison(site, data, filters)} ${mix(site, data, filters)} ${sharedFamilies(site, data)}
    ${comparability(site, data, filters)}
  </div>`;
}
