import { html } from "htl";

import { definitions } from "./definitions.js";
import { dayText } from "./families.js";
import { entityName, recentMonths, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { monthColumns } from "./month-columns.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

export interface ProblemData {
  months: MartRow<"mart_months">[];
  problems: MartRow<"mart_problems">[];
  knownErrors: MartRow<"mart_known_errors">[];
  fitness: MartRow<"mart_fitness">[];
}

type Problem = ProblemData["problems"][number];
type KnownError = ProblemData["knownErrors"][number];

/** Days at which the ages of open problems are cut. */
const AGES = [30, 90, 180, 365, Infinity];

const nameOfService = (site: Site, id: string): string =>
  id === "" ? "" : site.text(site.context.services.find((each) => each.id === id)?.name) || id;

const yesOrNo = (site: Site, isSo: boolean): string =>
  isSo ? site.word("known_errors.yes") : site.word("known_errors.no");

/** The value under which a share of the numbers is, interpolated as the engine does it; null without numbers. */
function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  return low === undefined || high === undefined ? null : low + (place % 1) * (high - low);
}

/** Open problems by state and age, and what came and went by month. */
function stock(site: Site, data: ProblemData, filters: Filters): HTMLElement {
  const open = data.problems.filter((row) => row.is_open);
  const statuses = [...new Set(open.map(({ status }) => status))].toSorted();
  const within = (from: number, to: number) => (row: Problem) =>
    row.age_days > from && row.age_days <= to;
  const ageColumn = (index: number): Column<string> => {
    const from = index === 0 ? -1 : AGES[index - 1]!;
    const to = AGES[index]!;
    return {
      label:
        to === Infinity
          ? site.word("problem_age.over", { days: from })
          : site.word("problem_age.up_to", { from: from + 1, to }),
      value: (status) =>
        open.filter((row) => (status === "*" || row.status === status) && within(from, to)(row))
          .length,
      isNumber: true,
    };
  };
  const months = recentMonths(data.months, filters).map(({ month, is_complete: isComplete }) => ({
    month,
    isComplete,
    opened: data.problems.filter((row) => row.opened_date.startsWith(month)).length,
    ended: data.problems.filter((row) => row.ended_date.startsWith(month)).length,
  }));
  const shown = months.at(-1);
  return html`<section id="problem-age">
    <h2>${site.word("problem_age.heading")}</h2>
    <h3>
      ${site.word("problem_age.title", { n: open.length, old: open.filter(within(180, Infinity)).length })}
    </h3>
    ${
      open.length === 0
        ? null
        : dataTable(site, {
            title: site.word("problem_age.table"),
            rows: [...statuses, ...(statuses.length > 1 ? ["*"] : [])],
            columns: [
              {
                label: site.word("column.status"),
                value: (status) =>
                  status === "*" ? site.word("change_type.all") : site.wordOf("status", status),
              },
              ...AGES.map((_, index) => ageColumn(index)),
              {
                label: site.word("column.total"),
                value: (status) =>
                  open.filter((row) => status === "*" || row.status === status).length,
                isNumber: true,
              },
            ],
          })
    }
    ${
      shown
        ? monthColumns(site, {
            title: site.word("problem_flow.title", {
              n: shown.opened,
              ended: shown.ended,
              month: site.month(shown.month),
            }),
            subtitle: site.word("problem_flow.subtitle"),
            rows: months,
            series: [
              { count: ({ opened }) => opened, isStrong: false },
              { count: ({ ended }) => ended, isStrong: true },
            ],
            isStacked: false,
            say: (row) =>
              site.word("problem_flow.title", {
                n: row.opened,
                ended: row.ended,
                month: site.month(row.month),
              }),
            columns: [
              {
                label: site.word("problem_flow.opened"),
                value: ({ opened }) => opened,
                isNumber: true,
              },
              {
                label: site.word("problem_flow.ended"),
                value: ({ ended }) => ended,
                isNumber: true,
              },
            ],
          })
        : null
    }
    ${oldest(site, open)} ${definitions(site, data.fitness, ["problem_age"])}
  </section>`;
}

function oldest(site: Site, open: Problem[]): HTMLElement | null {
  if (open.length === 0) return null;
  const hasNumbers = open.some(({ number }) => number !== "");
  return dataTable(site, {
    title: site.word("problem_age.oldest"),
    limit: 10,
    rows: open.toSorted((a, b) => b.age_days - a.age_days || a.problem_order - b.problem_order),
    columns: [
      ...(hasNumbers
        ? [
            {
              label: site.word("column.problem"),
              value: (row: Problem) => row.number,
              isShort: true,
            },
            { label: site.word("recurring_column.title"), value: (row: Problem) => row.title },
          ]
        : []),
      {
        label: site.word("recurring_column.service"),
        value: (row) => nameOfService(site, row.service),
      },
      { label: site.word("column.site"), value: (row) => entityName(site, row.site_id) },
      { label: site.word("column.priority"), value: ({ priority }) => priority, isShort: true },
      { label: site.word("column.status"), value: ({ status }) => site.wordOf("status", status) },
      {
        label: site.word("column.opened_on"),
        value: (row) => row.opened_date,
        show: (row) => dayText(site, row.opened_date),
      },
      { label: site.word("problem_age.days"), value: (row) => row.age_days, isNumber: true },
      { label: site.word("problem_age.incidents"), value: (row) => row.incidents, isNumber: true },
      {
        label: site.word("known_errors.workaround"),
        value: (row) => yesOrNo(site, row.has_workaround),
      },
    ],
  });
}

/** Days to the root cause of what was understood in the twelve months up to the one chosen, by priority. */
function rootCause(site: Site, data: ProblemData, filters: Filters): HTMLElement {
  const months = new Set(recentMonths(data.months, filters, 12).map(({ month }) => month));
  const found = data.problems.filter((row) => months.has(row.root_cause_date.slice(0, 7)));
  const days = (rows: Problem[]): number[] => rows.flatMap((row) => row.root_cause_days ?? []);
  const priorities = [...new Set(found.map(({ priority }) => priority))].toSorted();
  const of = (priority: string): Problem[] =>
    found.filter((row) => priority === "*" || row.priority === priority);
  const daysColumn = (label: string, share: number): Column<string> => ({
    label,
    value: (priority) => quantile(days(of(priority)), share),
    show: (priority) => site.number(quantile(days(of(priority)), share) ?? 0, 0),
    isNumber: true,
  });
  const half = quantile(days(found), 0.5);
  return html`<section id="root-cause">
    <h2>${site.word("root_cause.heading")}</h2>
    <h3>
      ${
        half === null
          ? site.word("root_cause.none", { month: site.month(filters.month) })
          : site.word("root_cause.title", {
              n: Math.round(half),
              month: site.month(filters.month),
              found: found.length,
            })
      }
    </h3>
    ${
      half === null
        ? null
        : dataTable(site, {
            title: site.word("root_cause.table"),
            rows: [...priorities, ...(priorities.length > 1 ? ["*"] : [])],
            columns: [
              {
                label: site.word("column.priority"),
                value: (priority) => (priority === "*" ? site.word("change_type.all") : priority),
              },
              {
                label: site.word("root_cause.found"),
                value: (priority) => of(priority).length,
                isNumber: true,
              },
              daysColumn(site.word("root_cause.median"), 0.5),
              daysColumn(site.word("root_cause.p90"), 0.9),
            ],
          })
    }
    ${definitions(site, data.fitness, ["root_cause_time"])}
  </section>`;
}

/** Known errors, those without a workaround first. */
function knownErrors(site: Site, data: ProblemData): HTMLElement | null {
  const rows = data.knownErrors.toSorted(
    (a, b) =>
      Number(a.has_workaround) - Number(b.has_workaround) ||
      b.incidents_since - a.incidents_since ||
      (b.times_used ?? 0) - (a.times_used ?? 0) ||
      a.known_error_order - b.known_error_order,
  );
  if (rows.length === 0) return null;
  const without = rows.filter((row) => !row.has_workaround).length;
  const hasNumbers = rows.some(({ number }) => number !== "");
  const named: Column<KnownError>[] = [
    { label: site.word("known_errors.name"), value: ({ number }) => number, isShort: true },
    { label: site.word("recurring_column.title"), value: ({ title }) => title },
    { label: site.word("column.problem"), value: ({ problem }) => problem, isShort: true },
  ];
  return html`<section id="known-errors">
    <h2>${site.word("known_errors.heading")}</h2>
    <h3>
      ${
        without === 0
          ? site.word("known_errors.all", { n: rows.length })
          : site.word("known_errors.title", { n: without, of: rows.length })
      }
    </h3>
    ${dataTable(site, {
      title: site.word("known_errors.table"),
      rows,
      columns: [
        ...(hasNumbers ? named : []),
        {
          label: site.word("recurring_column.service"),
          value: (row) => nameOfService(site, row.service),
        },
        { label: site.word("column.site"), value: (row) => entityName(site, row.site_id) },
        {
          label: site.word("known_errors.published"),
          value: (row) => row.published_date,
          show: (row) => dayText(site, row.published_date),
        },
        {
          label: site.word("known_errors.problem_status"),
          value: (row) => row.problem_status && site.wordOf("status", row.problem_status),
        },
        {
          label: site.word("known_errors.workaround"),
          value: (row) => yesOrNo(site, row.has_workaround),
        },
        { label: site.word("known_errors.used"), value: (row) => row.times_used, isNumber: true },
        {
          label: site.word("known_errors.since"),
          value: (row) => row.incidents_since,
          isNumber: true,
        },
      ],
    })}
    ${definitions(site, data.fitness, ["known_errors"])}
  </section>`;
}

/** The part of the page Problems that begins with the problems' own records; empty where there are none. */
export function problemSections(site: Site, data: ProblemData, filters: Filters): HTMLElement {
  const isSeen = siteTest(site, filters);
  const seen = <T extends { site_id: string }>(rows: T[]): T[] =>
    rows.filter((row) => isSeen(row.site_id));
  const cut = { ...data, problems: seen(data.problems), knownErrors: seen(data.knownErrors) };
  return html`<div>
    ${
      data.problems.length === 0
        ? html`<p class="lede">${site.word("problem_age.no_data")}</p>`
        : html`${stock(site, cut, filters)} ${rootCause(site, cut, filters)}`
    }
    ${knownErrors(site, cut)}
  </div>`;
}
