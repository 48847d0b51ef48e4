import { html } from "htl";

import { definitions } from "./definitions.js";
import { serviceName } from "./families.js";
import { groupBy, sum } from "./figures.js";
import { entityName, recentMonths, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { monthColumns } from "./month-columns.js";
import type { Site } from "./site.js";
import { dataTable } from "./table.js";

export interface MajorData {
  months: MartRow<"mart_months">[];
  majors: MartRow<"mart_major_incidents">[];
  downtime: MartRow<"mart_major_downtime_monthly">[];
  fitness: MartRow<"mart_fitness">[];
}

type Major = MajorData["majors"][number];

const servicesOf = (site: Site, { services }: Major): string =>
  services
    .split("|")
    .map((service) => serviceName(site, { service }))
    .join(", ");

const sitesOf = (site: Site, { site_id: own, sites }: Major): string =>
  [...new Set([own, ...sites.split("|").filter((id) => id !== "")])]
    .map((id) => entityName(site, id))
    .join(", ");

function downtimeSection(site: Site, data: MajorData, filters: Filters): HTMLElement {
  const isSeen = siteTest(site, filters);
  const seen = data.downtime.filter((row) => isSeen(row.site_id));
  const down = (rows: typeof seen): number => sum(rows, (row) => row.down_seconds ?? 0);
  const months = recentMonths(data.months, filters).map(({ month, is_complete: isComplete }) => {
    const own = seen.filter((row) => row.month === month);
    return { month, isComplete, hours: down(own) / 3600, majors: sum(own, (row) => row.majors) };
  });
  const shown = new Set(months.map(({ month }) => month));
  const rows = [
    ...groupBy(
      seen.filter(({ month }) => shown.has(month)),
      ({ service }) => service,
    ),
  ]
    .map(([service, own]) => ({
      service,
      now: down(own.filter(({ month }) => month === filters.month)),
      all: down(own),
      users: sum(own, (row) => row.user_seconds ?? 0),
      isWithout: own.some((row) => row.without_users > 0),
    }))
    .toSorted((a, b) => b.all - a.all || (a.service < b.service ? -1 : 1));
  const [worst] = rows;
  const month = site.month(filters.month);
  const time = (seconds: number): string => site.duration(seconds, "calendar");
  return html`<section id="downtime">
    <h2>${site.word("majors.downtime_heading")}</h2>
    ${monthColumns(site, {
      title: worst
        ? site.word("majors.downtime_title", {
            service: serviceName(site, worst),
            hours: time(worst.all),
            n: months.length,
          })
        : site.word("majors.none", { month }),
      subtitle: site.word("majors.downtime_subtitle"),
      rows: months,
      isStacked: true,
      series: [{ count: ({ hours }) => hours, isStrong: true }],
      say: (row) =>
        site.word("majors.month_text", {
          month: site.month(row.month),
          hours: time(row.hours * 3600),
        }),
      columns: [
        {
          label: site.word("majors.hours"),
          value: ({ hours }) => hours,
          show: ({ hours }) => time(hours * 3600),
          isNumber: true,
        },
      ],
    })}
    ${
      rows.length === 0
        ? null
        : dataTable(site, {
            title: site.word("majors.downtime_table", { month }),
            rows,
            columns: [
              { label: site.word("majors.service"), value: (row) => serviceName(site, row) },
              {
                label: month,
                value: ({ now }) => now,
                show: ({ now }) => time(now),
                isNumber: true,
              },
              {
                label: site.word("majors.period", { n: months.length }),
                value: ({ all }) => all,
                show: ({ all }) => time(all),
                bar: ({ all }) => (worst && worst.all > 0 ? all / worst.all : 0),
                isNumber: true,
              },
              {
                label: site.word("majors.user_hours"),
                value: ({ users }) => users / 3600,
                show: ({ users, isWithout }) =>
                  `${isWithout ? "≥ " : ""}${site.number(Math.round(users / 3600))}`,
                isNumber: true,
              },
            ],
          })
    }
    ${definitions(site, data.fitness, ["major_downtime"])}
  </section>`;
}

/** A major incident: what happened when, to whom, why, and what follows from it. */
function sheet(site: Site, major: Major): HTMLElement {
  const time = (seconds: number | null): string =>
    seconds === null ? "" : site.duration(seconds, "calendar");
  const facts: [string, string][] = [
    [site.word("majors.started"), site.instant(major.started_local)],
    [
      site.word("majors.detected"),
      major.detected_local === ""
        ? site.word("majors.unknown")
        : site.word("majors.after", {
            instant: site.instant(major.detected_local),
            time: time(major.detection_seconds),
          }),
    ],
    [
      site.word("majors.restored"),
      major.is_open ? site.word("majors.open") : site.instant(major.restored_local),
    ],
    [site.word("majors.duration"), time(major.down_seconds)],
    [
      site.word("majors.users"),
      major.users === null
        ? site.word("majors.unknown")
        : site.word("majors.users_lost", {
            n: major.users,
            hours: Math.round((major.user_seconds ?? 0) / 3600),
          }),
    ],
    [site.word("majors.sites"), sitesOf(site, major)],
    [
      site.word("majors.tickets"),
      major.tickets === 0
        ? ""
        : `${major.ticket === "" ? "" : `${major.ticket}, `}${site.word("majors.tickets_in_all", { n: major.tickets })}`,
    ],
    [site.word("majors.problem"), major.problems],
    [site.word("majors.change"), major.changes],
    [site.word("majors.cause"), major.cause],
    [site.word("majors.actions"), major.actions],
  ];
  return html`<article class="major" id=${`major-${major.number}`}>
    <h3>
      ${site.word("majors.sheet", { number: major.number, services: servicesOf(site, major), time: time(major.down_seconds) })}
    </h3>
    <dl class="notes">
      ${facts
        .filter(([, said]) => said !== "")
        .map(
          ([label, said]) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${said}</dd>
            </div>`,
        )}
    </dl>
    ${major.is_cut ? html`<p class="notice">${site.word("majors.cut")}</p>` : null}
  </article>`;
}

function sheets(site: Site, data: MajorData, filters: Filters): HTMLElement {
  const isSeen = siteTest(site, filters);
  const months = new Set(recentMonths(data.months, filters).map(({ month }) => month));
  const seen = data.majors
    .filter((row) => isSeen(row.site_id) && months.has(row.month))
    .toSorted((a, b) => (a.started_local < b.started_local ? 1 : -1));
  const now = seen.filter((row) => row.month === filters.month);
  const month = site.month(filters.month);
  return html`<section id="major-sheets">
    <h2>${site.word("majors.heading")}</h2>
    <h3>
      ${now.length === 0 ? site.word("majors.none", { month }) : site.word("majors.title", { n: now.length, month })}
    </h3>
    ${(now.length > 0 ? now : seen.slice(0, 1)).map((major) => sheet(site, major))}
    ${
      seen.length === 0
        ? null
        : dataTable(site, {
            title: site.word("majors.table", { n: months.size, month }),
            rows: seen,
            columns: [
              { label: site.word("majors.number"), value: ({ number }) => number, isShort: true },
              {
                label: site.word("majors.started"),
                value: (row) => row.started_local,
                show: (row) => site.instant(row.started_local),
                isShort: true,
              },
              { label: site.word("majors.service"), value: (row) => servicesOf(site, row) },
              { label: site.word("majors.sites"), value: (row) => sitesOf(site, row) },
              {
                label: site.word("majors.detection"),
                value: (row) => row.detection_seconds,
                show: (row) =>
                  row.detection_seconds === null
                    ? ""
                    : site.duration(row.detection_seconds, "calendar"),
                isNumber: true,
              },
              {
                label: site.word("majors.duration"),
                value: (row) => row.down_seconds,
                show: (row) =>
                  row.is_open
                    ? site.word("majors.open")
                    : site.duration(row.down_seconds ?? 0, "calendar"),
                isNumber: true,
              },
              { label: site.word("majors.users"), value: ({ users }) => users, isNumber: true },
              { label: site.word("majors.cause"), value: ({ cause }) => cause },
              { label: site.word("majors.actions"), value: ({ actions }) => actions },
            ],
          })
    }
    ${definitions(site, data.fitness, ["major_incidents"])}
  </section>`;
}

/** The Major incidents page. */
export function majorSections(site: Site, data: MajorData, filters: Filters): HTMLElement {
  return html`<div>${sheets(site, data, filters)} ${downtimeSection(site, data, filters)}</div>`;
}
