import { html } from "htl";

import { definitions } from "./definitions.js";
import { dayText, familyLink, familyName, hasPage, serviceName, type Family } from "./families.js";
import type { MartRow } from "./marts.js";
import { lastDate, type RecurrenceView, type Scoped } from "./recurrence-view.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

type Fix = MartRow<"mart_family_fixes"> & { family: Family };
type Burst = MartRow<"mart_family_bursts"> & { family: Family };

/** Occurrences in four weeks under which a burst is not shown (DEFINITIONS 30). */
const LEAST_SHOWN = 5;

function familyColumns<T>(site: Site, familyOf: (row: T) => Family): Column<T>[] {
  return [
    {
      label: site.word("recurring_column.family"),
      value: (row) => familyName(familyOf(row)),
      show: (row) => {
        const family = familyOf(row);
        return hasPage(family)
          ? html`<a href=${familyLink(family.family_id)}>${familyName(family)}</a>`
          : familyName(family);
      },
    },
    {
      label: site.word("recurring_column.service"),
      value: (row) => serviceName(site, familyOf(row)),
    },
  ];
}

/** A date, after its due day said to be past. */
function dueText(site: Site, date: string, today: string): string {
  if (date === "") return "";
  const day = dayText(site, date);
  return date < today ? site.word("problem_families.overdue", { day }) : day;
}

function decisionColumns(view: RecurrenceView): Column<Scoped>[] {
  const { site } = view;
  return [
    {
      label: site.word("recurring_column.decision"),
      value: ({ family }) => family.decision && site.wordOf("family_decision", family.decision),
    },
    { label: site.word("recurring_column.owner"), value: ({ family }) => family.owner },
    {
      label: site.word("recurring_column.due"),
      value: ({ family }) => family.due_date,
      show: ({ family }) => dueText(site, family.due_date, lastDate(view.data)),
    },
  ];
}

/** Families of the working list that no problem stands behind, and the decisions that people owe. */
function withoutProblem(view: RecurrenceView): HTMLElement {
  const { site, list } = view;
  const rows = list.filter(({ family }) => family.problems === 0);
  const hasPeople = rows.some(({ family }) => family.decision || family.owner || family.due_date);
  return html`<section id="without-problem">
    <h2>${site.word("problem_families.heading")}</h2>
    <h3>
      ${
        list.length === 0
          ? site.word("recurring.no_list")
          : site.word("problem_families.title", { n: rows.length, of: list.length })
      }
    </h3>
    ${
      rows.length === 0
        ? null
        : dataTable(site, {
            title: site.word("problem_families.table"),
            rows,
            columns: [
              ...familyColumns<Scoped>(site, ({ family }) => family),
              {
                label: site.word("recurring_column.days_90"),
                value: ({ occurrences }) => occurrences,
                isNumber: true,
              },
              {
                label: site.word("recurring_column.days_180"),
                value: ({ family }) => family.occurrences_180_days,
                isNumber: true,
              },
              {
                label: site.word("problem_families.first"),
                value: ({ family }) => family.first_date,
                show: ({ family }) => dayText(site, family.first_date),
              },
              ...(hasPeople ? decisionColumns(view) : []),
            ],
          })
    }
    ${definitions(site, view.data.fitness, ["families_without_problem", "working_list"])}
  </section>`;
}

function decided(view: RecurrenceView, seen: ReadonlySet<string>): HTMLElement | null {
  const { site, data } = view;
  const today = lastDate(data);
  const rows = data.families
    .filter(
      ({ decision, family_id: id }) => decision !== "" && decision !== "reject" && seen.has(id),
    )
    .map((family) => ({ family, occurrences: family.occurrences_90_days }))
    .toSorted(
      (a, b) =>
        Number(a.family.due_date === "") - Number(b.family.due_date === "") ||
        (a.family.due_date < b.family.due_date ? -1 : 1),
    );
  if (rows.length === 0) return null;
  const late = rows.filter(({ family: { due_date: due } }) => due !== "" && due < today).length;
  return html`<section id="decisions">
    <h2>${site.word("problem_decisions.heading")}</h2>
    <h3>${site.word("problem_decisions.title", { n: rows.length, late })}</h3>
    ${dataTable(site, {
      title: site.word("problem_decisions.table"),
      rows,
      columns: [
        ...familyColumns<Scoped>(site, ({ family }) => family),
        ...decisionColumns(view),
        {
          label: site.word("family.watch_until"),
          value: ({ family }) => family.watch_until,
          show: ({ family }) => dayText(site, family.watch_until),
        },
        {
          label: site.word("recurring_column.days_90"),
          value: ({ occurrences }) => occurrences,
          isNumber: true,
        },
      ],
    })}
  </section>`;
}

/** What came far more often than expected in four weeks, what is new, what rises or falls. */
function bursts(view: RecurrenceView, rows: Burst[]): HTMLElement {
  const { site } = view;
  const verdict = (row: Burst): string => (row.is_burst ? "burst" : row.is_new ? "new" : row.trend);
  const rank = ["burst", "new", "rising", "falling"];
  const shown = rows
    .filter((row) => verdict(row) !== "" && (row.trend !== "" || row.observed >= LEAST_SHOWN))
    .toSorted(
      (a, b) => rank.indexOf(verdict(a)) - rank.indexOf(verdict(b)) || b.observed - a.observed,
    );
  const count = shown.filter((row) => row.is_burst).length;
  return html`<section id="bursts">
    <h2>${site.word("bursts.heading")}</h2>
    <h3>${count === 0 ? site.word("bursts.none") : site.word("bursts.title", { n: count })}</h3>
    <p>${site.word("bursts.lede", { n: rows.length })}</p>
    ${
      shown.length === 0
        ? null
        : dataTable(site, {
            title: site.word("bursts.table"),
            rows: shown,
            columns: [
              ...familyColumns<Burst>(site, ({ family }) => family),
              {
                label: site.word("bursts.observed"),
                value: ({ observed }) => observed,
                isNumber: true,
              },
              {
                label: site.word("column.expected"),
                value: ({ expected }) => expected,
                show: ({ expected }) => (expected === null ? "" : site.number(expected, 1)),
                isNumber: true,
              },
              {
                label: site.word("column.verdict"),
                value: (row) => site.wordOf("burst_verdict", verdict(row)),
              },
            ],
          })
    }
    ${definitions(site, view.data.fitness, ["family_burst", "family_trend"])}
  </section>`;
}

/** What was observed after the closure of a problem: the watch list, those that went on first. */
function afterFixes(view: RecurrenceView, rows: Fix[]): HTMLElement | null {
  if (rows.length === 0) return null;
  const { site } = view;
  const on = rows.filter(({ since }) => since > 0).length;
  const gone = rows.filter(({ word }) => word === "gone").length;
  const hasNumbers = rows.some(({ problem }) => problem !== "");
  return html`<section id="after-fixes">
    <h2>${site.word("after_fix.heading")}</h2>
    <h3>${site.word("after_fix.title", { n: on, of: rows.length, gone })}</h3>
    <p>${site.word("after_fix.lede")}</p>
    ${dataTable(site, {
      title: site.word("after_fix.table"),
      rows: rows.toSorted((a, b) => b.since - a.since || (a.closed_date < b.closed_date ? 1 : -1)),
      columns: [
        ...familyColumns<Fix>(site, ({ family }) => family),
        ...(hasNumbers
          ? [
              {
                label: site.word("column.problem"),
                value: (row: Fix) => row.problem,
                isShort: true,
              },
            ]
          : []),
        {
          label: site.word("column.closed"),
          value: (row) => row.closed_date,
          show: (row) => dayText(site, row.closed_date),
        },
        {
          label: site.word("after_fix.before"),
          value: ({ before }) => before,
          show: (row) => site.word("after_fix.in_days", { n: row.before, days: row.before_days }),
          isNumber: true,
        },
        {
          label: site.word("after_fix.after"),
          value: ({ after }) => after,
          show: (row) => site.word("after_fix.in_days", { n: row.after, days: row.after_days }),
          isNumber: true,
        },
        { label: site.word("after_fix.since"), value: ({ since }) => since, isNumber: true },
        {
          label: site.word("family.last"),
          value: (row) => row.last_date,
          show: (row) => dayText(site, row.last_date),
        },
        {
          label: site.word("after_fix.observed"),
          value: ({ word }) => site.wordOf("after_fix_word", word),
        },
      ],
    })}
    ${definitions(site, view.data.fitness, ["after_fix"])}
  </section>`;
}

/** The part of the page Problems that begins with families of incidents. */
export function familySections(
  view: RecurrenceView,
  data: { fixes: MartRow<"mart_family_fixes">[]; bursts: MartRow<"mart_family_bursts">[] },
): HTMLElement {
  const { site, filters } = view;
  const touched = new Set(view.data.sites.map(({ family_id: id }) => id));
  const families = new Map(view.data.families.map((family) => [family.family_id, family]));
  const scoped = filters.entity
    ? new Set(view.recurrent.map(({ family }) => family.family_id))
    : new Set([...touched, ...families.keys()]);
  const named = <T extends { family_id: string }>(rows: T[]): (T & { family: Family })[] =>
    rows.flatMap((row) => {
      const family = families.get(row.family_id);
      return family && !family.is_catch_all && scoped.has(row.family_id)
        ? [{ ...row, family }]
        : [];
    });
  return html`<div>
    ${withoutProblem(view)} ${decided(view, scoped)} ${bursts(view, named(data.bursts))}
    ${afterFixes(view, named(data.fixes))}
    ${filters.entity === "" ? null : html`<p class="lede">${site.word("problem_families.whole", { date: dayText(site, lastDate(view.data)) })}</p>`}
  </div>`;
}
