import { html } from "htl";

import { changeCalendar } from "./change-calendar.js";
import { definitions } from "./definitions.js";
import { groupBy, rate, sum } from "./figures.js";
import {
  entityName,
  recentMonths,
  scopeName,
  singleSite,
  siteTest,
  type Filters,
} from "./filters.js";
import type { MartRow } from "./marts.js";
import { rateChart } from "./rate-chart.js";
import { showRate } from "./rates.js";
import { dayText } from "./families.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

export interface ChangeData {
  months: MartRow<"mart_months">[];
  changes: MartRow<"mart_changes_monthly">[];
  delays: MartRow<"mart_change_delays_monthly">[];
  calendar: MartRow<"mart_change_calendar">[];
  collisions: MartRow<"mart_change_collisions">[];
  freezes: MartRow<"mart_freezes">[];
  after: MartRow<"mart_changes_after">[];
  fitness: MartRow<"mart_fitness">[];
}

type Row = ChangeData["changes"][number];

const TYPES = ["standard", "normal", "emergency"];

/** What the Changes page shows, cut by the filters. */
class ChangeView {
  readonly site: Site;
  readonly data: ChangeData;
  readonly filters: Filters;
  readonly isSeen: (siteId: string) => boolean;

  constructor(site: Site, data: ChangeData, filters: Filters) {
    this.site = site;
    this.filters = filters;
    this.isSeen = siteTest(site, filters);
    const seen = <T extends { site_id: string }>(rows: T[]): T[] =>
      rows.filter((row) => this.isSeen(row.site_id));
    this.data = {
      ...data,
      changes: seen(data.changes),
      calendar: seen(data.calendar),
      collisions: seen(data.collisions),
      freezes: seen(data.freezes),
      after: seen(data.after),
    };
  }

  /** Changes of a month; of every type where none is given. */
  count(count: (row: Row) => number, type = "*", month = this.filters.month): number {
    return sum(
      this.data.changes.filter((row) => row.month === month && (type === "*" || row.type === type)),
      count,
    );
  }

  /** Types that the scope has had, in their order, and all of them together. */
  types(): string[] {
    const had = new Set(this.data.changes.map(({ type }) => type));
    return [...TYPES, ""].filter((type) => had.has(type)).concat("*");
  }

  typeName(type: string): string {
    return this.site.wordOf("change_type", type === "*" ? "all" : type === "" ? "unknown" : type);
  }

  defined(...ids: string[]): HTMLElement {
    return definitions(this.site, this.data.fitness, ids);
  }
}

const numberColumn = (
  view: ChangeView,
  label: string,
  count: (row: Row) => number,
): Column<string> => ({
  label,
  value: (type) => view.count(count, type),
  isNumber: true,
});

const typeColumn = (view: ChangeView): Column<string> => ({
  label: view.site.word("column.change_type"),
  value: (type) => view.typeName(type),
  isShort: true,
});

function success(view: ChangeView): HTMLElement {
  const { site, data, filters } = view;
  const cleanOf = (type: string, month = filters.month) => {
    const judged = view.count((row) => row.judged, type, month);
    const clean = view.count((row) => row.clean_successes, type, month);
    return rate(clean, judged - clean);
  };
  const declaredOf = (type: string) => {
    const judged = view.count((row) => row.judged, type);
    const declared = view.count((row) => row.declared_successes, type);
    return rate(declared, judged - declared);
  };
  const whole = cleanOf("*");
  const months = recentMonths(data.months, filters).map(({ month, is_complete: isFirm }) => {
    const { good, total } = cleanOf("*", month);
    return { month, isFirm, value: rate(total - good, good) };
  });
  const rateColumn = (
    label: string,
    of: (type: string) => ReturnType<typeof rate>,
  ): Column<string> => ({
    label,
    value: (type) => (of(type).isSmall ? null : of(type).ratio),
    show: (type) => showRate(site, of(type)),
    isNumber: true,
  });
  return html`<section id="change-success">
    <h2>${site.word("change_success.heading")}</h2>
    ${rateChart(site, {
      title:
        whole.total === 0
          ? site.word("change_success.none", { month: site.month(filters.month) })
          : site.word("change_success.title", {
              n: whole.good,
              total: whole.total,
              month: site.month(filters.month),
              rate: whole.isSmall
                ? ""
                : site.word("change_success.rate", { rate: showRate(site, whole) }),
            }),
      subtitle: site.word("change_success.subtitle"),
      months,
      label: site.word("column.not_clean"),
    })}
    ${dataTable(site, {
      title: site.word("change_success.table", { month: site.month(filters.month) }),
      rows: view.types(),
      columns: [
        typeColumn(view),
        numberColumn(view, site.word("column.implemented"), (row) => row.implemented),
        rateColumn(site.word("column.declared"), declaredOf),
        rateColumn(site.word("column.clean"), (type) => cleanOf(type)),
        numberColumn(view, site.word("column.with_issues"), (row) => row.with_issues),
        numberColumn(view, site.word("column.failed"), (row) => row.failed),
        numberColumn(view, site.word("column.rolled_back"), (row) => row.rolled_back),
      ],
    })}
    ${view.defined("change_success", "change_clean_success")}
  </section>`;
}

function discipline(view: ChangeView): HTMLElement {
  const { site, filters } = view;
  const month = site.month(filters.month);
  const unauthorised = view.count((row) => row.unauthorised);
  return html`<section id="change-discipline">
    <h2>${site.word("change_discipline.heading")}</h2>
    <h3>
      ${site.word("change_discipline.title", { n: unauthorised, month, late: view.count((row) => row.late_starts) })}
    </h3>
    ${dataTable(site, {
      title: site.word("change_discipline.table", { month }),
      rows: view.types(),
      columns: [
        typeColumn(view),
        numberColumn(view, site.word("column.asked"), (row) => row.opened),
        numberColumn(view, site.word("column.rejected"), (row) => row.rejected),
        numberColumn(view, site.word("column.implemented"), (row) => row.implemented),
        numberColumn(view, site.word("column.unauthorised"), (row) => row.unauthorised),
        numberColumn(view, site.word("column.late_starts"), (row) => row.late_starts),
        numberColumn(view, site.word("column.late_ends"), (row) => row.late_ends),
      ],
    })}
    ${view.defined("change_unauthorised", "change_late")}
  </section>`;
}

function delays(view: ChangeView): HTMLElement | null {
  const { site, data, filters } = view;
  const place = singleSite(site, filters);
  const rows = view
    .types()
    .flatMap((type) =>
      data.delays.filter(
        (row) => row.month === filters.month && row.site_id === place && row.type === type,
      ),
    );
  const normal = rows.find(({ type }) => type === "normal");
  if (place !== null && rows.length === 0) return null;
  const time = (seconds: number | null): string =>
    seconds === null ? "" : site.duration(seconds, "calendar");
  const timeColumn = (
    label: string,
    value: (row: ChangeData["delays"][number]) => number | null,
  ): Column<ChangeData["delays"][number]> => ({
    label,
    value,
    show: (row) => time(value(row)),
    isNumber: true,
  });
  return html`<section id="change-delays">
    <h2>${site.word("change_delays.heading")}</h2>
    ${
      place === null
        ? html`<p class="notice">
            ${site.word("change_delays.several", { scope: scopeName(site, filters) })}
          </p>`
        : html`<div>
            ${
              normal
                ? html`<h3>
                    ${site.word("change_delays.title", { lead: time(normal.lead_median_seconds), month: site.month(filters.month) })}
                  </h3>`
                : null
            }
            ${dataTable(site, {
              title: site.word("change_delays.table", { month: site.month(filters.month) }),
              rows,
              columns: [
                {
                  label: site.word("column.change_type"),
                  value: ({ type }) => view.typeName(type),
                  isShort: true,
                },
                { label: site.word("column.changes"), value: ({ leads }) => leads, isNumber: true },
                timeColumn(site.word("column.lead_median"), (row) => row.lead_median_seconds),
                timeColumn(site.word("column.lead_p90"), (row) => row.lead_p90_seconds),
                timeColumn(
                  site.word("column.approval_median"),
                  (row) => row.approval_median_seconds,
                ),
                timeColumn(site.word("column.approval_p90"), (row) => row.approval_p90_seconds),
              ],
            })}
          </div>`
    }
    ${view.defined("change_lead_time")}
  </section>`;
}

/** The id of an asset within its instance. */
const assetName = (id: string): string => id.slice(id.indexOf("/") + 1);

function collisions(view: ChangeView): HTMLElement {
  const { site, data, filters } = view;
  const rows = data.collisions
    .filter(({ month }) => month >= filters.month)
    .toSorted((a, b) => (a.from_local < b.from_local ? -1 : 1));
  return html`<section id="change-collisions">
    <h3>
      ${site.word("change_collisions.title", { n: rows.length, month: site.month(filters.month) })}
    </h3>
    ${
      rows.length === 0
        ? null
        : dataTable(site, {
            title: site.word("change_collisions.table", { month: site.month(filters.month) }),
            rows,
            columns: [
              {
                label: site.word("column.change_number"),
                value: ({ number }) => number,
                isShort: true,
              },
              {
                label: site.word("column.collides_with"),
                value: (row) => row.other_number,
                isShort: true,
              },
              { label: site.word("column.site"), value: (row) => entityName(site, row.site_id) },
              {
                label: site.word("column.asset"),
                value: (row) =>
                  row.asset_id === row.other_asset_id
                    ? assetName(row.asset_id)
                    : `${assetName(row.asset_id)}, ${assetName(row.other_asset_id)}`,
              },
              {
                label: site.word("column.from"),
                value: (row) => row.from_local,
                show: (row) => site.instant(row.from_local),
              },
              {
                label: site.word("column.to"),
                value: (row) => row.to_local,
                show: (row) => site.instant(row.to_local),
              },
            ],
          })
    }
    ${view.defined("change_collisions")}
  </section>`;
}

/** The freezes that have begun, the latest first, and what went through each within the scope. */
function freezes(view: ChangeView): HTMLElement | null {
  const { site, data } = view;
  const rows = [...groupBy(data.freezes, ({ freeze_id: id }) => id)]
    .flatMap(([, each]) =>
      each.slice(0, 1).map((row) => ({
        name: site.text({ fr: row.name_fr, en: row.name_en }),
        from: row.from_date,
        to: row.to_date,
        violations: sum(each, ({ violations }) => violations),
        exempts: sum(each, ({ exempts }) => exempts),
      })),
    )
    .filter(({ from }) => from.slice(0, 7) <= view.filters.month)
    .toSorted((a, b) => (a.from < b.from ? 1 : -1));
  const [last] = rows;
  if (!last) return null;
  return html`<section id="change-freezes">
    <h3>${site.word("change_freezes.title", { n: last.violations, name: last.name })}</h3>
    ${dataTable(site, {
      title: site.word("change_freezes.table"),
      rows,
      columns: [
        { label: site.word("column.freeze"), value: ({ name }) => name },
        {
          label: site.word("column.from"),
          value: ({ from }) => from,
          show: ({ from }) => dayText(site, from),
        },
        {
          label: site.word("column.to"),
          value: ({ to }) => to,
          show: ({ to }) => dayText(site, to),
        },
        {
          label: site.word("column.violations"),
          value: ({ violations }) => violations,
          isNumber: true,
        },
        { label: site.word("column.exempts"), value: ({ exempts }) => exempts, isNumber: true },
      ],
    })}
    ${view.defined("change_freezes")}
  </section>`;
}

function after(view: ChangeView): HTMLElement {
  const { site, data, filters } = view;
  const months = new Set(recentMonths(data.months, filters, 12).map(({ month }) => month));
  const rows = data.after
    .filter(({ month }) => months.has(month))
    .toSorted(
      (a, b) =>
        Number(b.is_flagged) - Number(a.is_flagged) ||
        b.incidents_after -
          (b.incidents_expected ?? 0) -
          (a.incidents_after - (a.incidents_expected ?? 0)) ||
        (a.number < b.number ? -1 : 1),
    );
  const followed = sum(
    data.changes.filter(({ month }) => months.has(month)),
    (row) => row.followed,
  );
  const flagged = rows.filter(({ is_flagged: isFlagged }) => isFlagged).length;
  return html`<section id="change-after">
    <h2>${site.word("change_after.heading")}</h2>
    <h3>${site.word("change_after.title", { n: flagged, followed })}</h3>
    <p>${site.word("change_after.lede", { month: site.month(filters.month) })}</p>
    ${
      rows.length === 0
        ? null
        : dataTable(site, {
            title: site.word("change_after.table"),
            rows,
            columns: [
              {
                label: site.word("column.change_number"),
                value: ({ number }) => number,
                isShort: true,
              },
              { label: site.word("column.site"), value: (row) => entityName(site, row.site_id) },
              { label: site.word("column.asset"), value: (row) => assetName(row.asset_id) },
              {
                label: site.word("column.ended"),
                value: (row) => row.ended_local,
                show: (row) => site.instant(row.ended_local),
              },
              {
                label: site.word("column.incidents_after"),
                value: (row) => row.incidents_after,
                isNumber: true,
              },
              {
                label: site.word("column.expected"),
                value: (row) => row.incidents_expected,
                show: (row) =>
                  row.incidents_expected === null ? "" : site.number(row.incidents_expected, 2),
                isNumber: true,
              },
              { label: site.word("column.linked"), value: (row) => row.linked, isNumber: true },
              {
                label: site.word("column.verdict"),
                value: (row) =>
                  row.is_flagged
                    ? site.word("change_after.flagged")
                    : site.word("change_after.within"),
              },
            ],
          })
    }
    ${view.defined("change_incidents_after")}
  </section>`;
}

/** The Changes page; a section without data is not there. */
export function changeSections(site: Site, data: ChangeData, filters: Filters): HTMLElement {
  const view = new ChangeView(site, data, filters);
  return html`<div>
    ${success(view)} ${discipline(view)} ${delays(view)}
    ${changeCalendar(site, { calendar: view.data.calendar, freezes: view.data.freezes })}
    ${collisions(view)} ${freezes(view)} ${after(view)}
  </div>`;
}
