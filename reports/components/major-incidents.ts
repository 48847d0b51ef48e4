import { html } from "htl";

import { definitions } from "./definitions.js";
import { sum } from "./figures.js";
import { entityName, recentMonths, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

export interface MajorData {
  months: MartRow<"mart_months">[];
  incidents: MartRow<"mart_major_incidents">[];
  fitness: MartRow<"mart_fitness">[];
}

type Incident = MajorData["incidents"][number];

const servicesOf = ({ services }: Incident): string[] => services.split("|").filter(Boolean);

const serviceName = (site: Site, id: string): string =>
  site.text(site.context.services.find((each) => each.id === id)?.name) || id;

/** Downtime of users, in hours; null where no incident says how many they were. */
function userHours(rows: Incident[]): number | null {
  const known = rows.filter(({ users }) => users !== null);
  if (known.length === 0) return null;
  return sum(known, (row) => ((row.users ?? 0) * row.downtime_seconds) / 3600);
}

function downtime(site: Site, rows: Incident[]): HTMLElement | null {
  const ids = [...new Set(rows.flatMap(servicesOf))];
  const services = ids
    .map((id) => ({ id, rows: rows.filter((row) => servicesOf(row).includes(id)) }))
    .map((each) => ({ ...each, seconds: sum(each.rows, (row) => row.downtime_seconds) }))
    .toSorted((a, b) => b.seconds - a.seconds || (a.id < b.id ? -1 : 1));
  if (services.length === 0) return null;
  const most = Math.max(1, services[0]!.seconds);
  return dataTable(site, {
    title: site.word("major.by_service"),
    rows: services,
    columns: [
      { label: site.word("recurring_column.service"), value: ({ id }) => serviceName(site, id) },
      {
        label: site.word("major.incidents"),
        value: ({ rows: own }) => own.length,
        isNumber: true,
      },
      {
        label: site.word("major.downtime"),
        value: ({ seconds }) => seconds,
        show: ({ seconds }) => site.duration(seconds, "calendar"),
        bar: ({ seconds }) => seconds / most,
        isNumber: true,
      },
      {
        label: site.word("major.user_hours"),
        value: ({ rows: own }) => userHours(own),
        show: ({ rows: own }) => {
          const hours = userHours(own);
          return hours === null ? "" : site.number(hours, 0);
        },
        isNumber: true,
      },
    ],
  });
}

function sheet(site: Site, row: Incident): HTMLElement {
  const instant = (value: string): string =>
    value ? site.instant(value) : site.word("major.unknown");
  const pairs: [string, string][] = [
    [site.word("column.site"), entityName(site, row.site_id)],
    [
      site.word("major.services"),
      servicesOf(row)
        .map((id) => serviceName(site, id))
        .join(", "),
    ],
    [site.word("major.started"), instant(row.started_local)],
    [
      site.word("major.detected"),
      row.detection_seconds === null
        ? instant(row.detected_local)
        : site.word("major.after", {
            instant: instant(row.detected_local),
            delay: site.duration(row.detection_seconds, "calendar"),
          }),
    ],
    [
      site.word("major.restored"),
      row.is_open
        ? site.word("major.not_restored")
        : site.word("major.after", {
            instant: instant(row.restored_local),
            delay: site.duration(row.downtime_seconds, "calendar"),
          }),
    ],
    [site.word("major.users"), row.users === null ? "" : site.number(row.users)],
    [site.word("major.cause"), row.cause],
    [site.word("major.actions"), row.actions],
    [site.word("provider_list.ticket"), row.ticket],
  ];
  return html`<article class="sheet">
    <h3>
      ${site.word("major.sheet", { number: row.number, site: entityName(site, row.site_id) })}
    </h3>
    <dl class="traits">
      ${pairs
        .filter(([, value]) => value !== "")
        .map(
          ([label, value]) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
    </dl>
  </article>`;
}

/** The page of the major incidents: downtime of twelve months, then a sheet of each one of the month chosen. */
export function majorSections(site: Site, data: MajorData, filters: Filters): HTMLElement {
  const isSeen = siteTest(site, filters);
  const months = new Set(recentMonths(data.months, filters, 12).map(({ month }) => month));
  const year = data.incidents
    .filter((row) => isSeen(row.site_id) && months.has(row.month))
    .toSorted((a, b) => b.incident_order - a.incident_order);
  const now = year.filter(({ month }) => month === filters.month);
  const shown = now.length > 0 ? now : year.slice(0, 1);
  const values = {
    n: year.length,
    month: site.month(filters.month),
    hours: site.duration(
      sum(year, (row) => row.downtime_seconds),
      "calendar",
    ),
  };
  return html`<div>
    <section id="downtime">
      <h2>${site.word("major.heading")}</h2>
      <h3>
        ${year.length === 0 ? site.word("major.none", values) : site.word("major.title", values)}
      </h3>
      ${downtime(site, year)}
      ${
        year.length === 0
          ? null
          : dataTable(site, {
              title: site.word("major.table"),
              rows: year,
              columns: [
                { label: site.word("major.number"), value: ({ number }) => number, isShort: true },
                { label: site.word("column.site"), value: (row) => entityName(site, row.site_id) },
                {
                  label: site.word("major.services"),
                  value: (row) =>
                    servicesOf(row)
                      .map((id) => serviceName(site, id))
                      .join(", "),
                },
                {
                  label: site.word("major.started"),
                  value: (row) => row.started_local,
                  show: (row) => site.instant(row.started_local),
                },
                {
                  label: site.word("major.detection"),
                  value: (row) => row.detection_seconds,
                  show: (row) =>
                    row.detection_seconds === null
                      ? ""
                      : site.duration(row.detection_seconds, "calendar"),
                  isNumber: true,
                },
                {
                  label: site.word("major.downtime"),
                  value: (row) => row.downtime_seconds,
                  show: (row) => site.duration(row.downtime_seconds, "calendar"),
                  isNumber: true,
                },
                { label: site.word("major.users"), value: ({ users }) => users, isNumber: true },
                { label: site.word("major.cause"), value: ({ cause }) => cause },
              ],
            })
      }
      ${definitions(site, data.fitness, ["major_incidents"])}
    </section>
    ${
      shown.length === 0
        ? null
        : html`<section id="sheets">
            <h2>
              ${now.length > 0 ? site.word("major.sheets", values) : site.word("major.last_sheet")}
            </h2>
            ${shown.map((row) => sheet(site, row))}
          </section>`
    }
  </div>`;
}
