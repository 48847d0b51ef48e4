import { axisX, barX, dot, gridX, line, plot, ruleX, text } from "@observablehq/plot";
import { html, svg } from "htl";

import { chart } from "./chart.js";
import { rate, sum } from "./figures.js";
import { pageLink, scopeName, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { showRate } from "./rates.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

export type Family = MartRow<"mart_families">;

export interface RecurringData {
  families: Family[];
  sites: MartRow<"mart_family_sites">[];
  totals: MartRow<"mart_occurrence_totals">[];
}

export type Measure = "occurrences" | "hours";

/** A family with its occurrences of 90 days within the filter. */
interface Scoped {
  family: Family;
  occurrences: number;
}

/** "31 October 2026" of "2026-10-31". */
export function dayText(site: Site, date: string): string {
  return date
    ? new Date(`${date}T00:00:00Z`).toLocaleDateString(site.locale, {
        dateStyle: "long",
        timeZone: "UTC",
      })
    : "";
}

/** The last day that the windows of days cover. */
export function lastDate(data: Pick<RecurringData, "totals">): string {
  return data.totals.find(({ site_id }) => site_id === "*")?.last_date ?? "";
}

export function familyName({ name, label }: Family): string {
  return name || label;
}

export function serviceName(site: Site, { service }: Family): string {
  if (!service) return site.word("recurring.no_service");
  return site.text(site.context.services.find(({ id }) => id === service)?.name) || service;
}

/** The address of a family's page, with the filters in force. */
export function familyLink(id: string): string {
  const [page = "", query = ""] = pageLink("family").split("?");
  const search = new URLSearchParams(query);
  search.set("family", id);
  return `${page}?${search}`;
}

/** Whether a family has a page: it is recurrent, or decided on. */
export function hasPage({ occurrences_180_days, decision }: Family): boolean {
  return occurrences_180_days >= 2 || decision !== "";
}

/** The period of these pages, which are not by month. */
export function windowText(site: Site, data: Pick<RecurringData, "totals">): string {
  return site.word("recurring.period", { date: dayText(site, lastDate(data)) });
}

function scoped(site: Site, data: RecurringData, filters: Filters): Scoped[] {
  if (!filters.entity)
    return data.families.map((family) => ({ family, occurrences: family.occurrences_90_days }));
  const isSeen = siteTest(site, filters);
  const counts = new Map<string, number>();
  for (const row of data.sites)
    if (isSeen(row.site_id))
      counts.set(row.family_id, (counts.get(row.family_id) ?? 0) + row.occurrences_90_days);
  return data.families.flatMap((family) => {
    const occurrences = counts.get(family.family_id) ?? 0;
    return occurrences > 0 ? [{ family, occurrences }] : [];
  });
}

/** Occurrences of all incidents within the filter, in 90 days. */
function totalOccurrences(site: Site, data: RecurringData, filters: Filters): number {
  const isSeen = filters.entity ? siteTest(site, filters) : (id: string) => id === "*";
  return sum(
    data.totals.filter(({ site_id }) => isSeen(site_id)),
    (row) => row.occurrences_90_days,
  );
}

const mostFirst = (a: Scoped, b: Scoped): number =>
  b.occurrences - a.occurrences ||
  b.family.occurrences_180_days - a.family.occurrences_180_days ||
  a.family.family_id.localeCompare(b.family.family_id);

function workingList(rows: Scoped[]): Scoped[] {
  return rows.filter(({ family }) => family.is_working_list).toSorted(mostFirst);
}

function recurrent(rows: Scoped[]): Scoped[] {
  return rows
    .filter(({ family }) => family.is_recurrent && !family.is_catch_all)
    .toSorted(mostFirst);
}

/** "4.2% (203 of 4,890)"; "3 of 12" where occurrences are few. */
function shareText(site: Site, part: number, whole: number): string {
  const value = rate(part, Math.max(0, whole - part));
  if (value.isSmall) return showRate(site, value);
  return site.word("recurring.share", { rate: showRate(site, value), good: part, n: whole });
}

/** What the list says, in sentences. */
export function recurringSummary(site: Site, data: RecurringData, filters: Filters): HTMLElement {
  const rows = scoped(site, data, filters);
  const list = workingList(rows);
  const others = recurrent(rows).length - list.length;
  const sentences: string[] = [];
  const [first] = list;
  if (first) {
    const carried = sum(list, ({ occurrences }) => occurrences);
    const share = shareText(site, carried, totalOccurrences(site, data, filters));
    const undecided = list.filter(({ family }) => family.decision === "").length;
    sentences.push(
      site.word("recurring.list", { n: list.length, share }),
      site.word("recurring.biggest", {
        name: familyName(first.family),
        count: site.word("recurring.occurrences", { n: first.occurrences }),
        service: serviceName(site, first.family),
      }),
      undecided === list.length
        ? site.word("recurring.none_decided")
        : undecided > 0
          ? site.word("recurring.undecided", { n: undecided })
          : site.word("recurring.decided"),
    );
  } else sentences.push(site.word("recurring.no_list"));
  if (others > 0) sentences.push(site.word("recurring.others", { n: others }));
  const values = { date: dayText(site, lastDate(data)), scope: scopeName(site, filters) };
  const note = filters.entity
    ? site.word("recurring.window_scope", values)
    : site.word("recurring.window", values);
  return html`<div>
    <p class="summary">${sentences.join(" ")}</p>
    <p class="lede">${note}</p>
  </div>`;
}

/** Occurrences of a family in its last 26 weeks of seven days, oldest first. */
export function weeksOf(family: Family): number[] {
  return Array.from({ length: 26 }, (_, index) => {
    const column = `week_${String(index + 1).padStart(2, "0")}`;
    return Number(family[column as keyof Family]);
  });
}

function weekColumns(site: Site, family: Family): HTMLElement {
  const weeks = weeksOf(family);
  const high = Math.max(1, ...weeks);
  const label = site.word("recurring.weeks_text", {
    n: sum(weeks, (count) => count),
    high: Math.max(...weeks),
    last: weeks.at(-1) ?? 0,
  });
  // The last four weeks are the month that stands beside.
  return html`<svg class="week-columns" viewBox="0 0 104 24" role="img" aria-label=${label}>
    <title>${label}</title>
    ${weeks.map((count, index) => {
      const height = (22 * count) / high;
      return count === 0
        ? null
        : svg`<rect x=${index * 4} y=${23 - height} width="3" height=${height} class=${index >= 22 ? "now" : null}></rect>`;
    })}
    ${svg`<line x1="0" x2="104" y1="23.5" y2="23.5"></line>`}
  </svg>`;
}

/** The families to work on; where none reaches the list, those that are recurrent. */
export function workingListTable(site: Site, data: RecurringData, filters: Filters): HTMLElement {
  const all = scoped(site, data, filters);
  const list = workingList(all);
  const rows = list.length > 0 ? list : recurrent(all);
  if (rows.length === 0) return html`<span></span>`;
  const most = Math.max(1, ...rows.map(({ occurrences }) => occurrences));
  const days90: Column<Scoped> = {
    label: site.word("recurring_column.days_90"),
    value: ({ family }) => family.occurrences_90_days,
    isNumber: true,
  };
  const bar = ({ occurrences }: Scoped): number => occurrences / most;
  const title =
    list.length > 0 ? site.word("recurring.table") : site.word("recurring.recurrent_table");
  const people: Column<Scoped>[] = [
    { label: site.word("recurring_column.owner"), value: ({ family }) => family.owner },
    {
      label: site.word("recurring_column.due"),
      value: ({ family }) => family.due_date,
      isShort: true,
    },
  ];
  const table = dataTable(site, {
    title,
    rows,
    columns: [
      {
        label: site.word("recurring_column.family"),
        value: ({ family }) => familyName(family),
        show: ({ family }) =>
          html`<a href=${familyLink(family.family_id)}>${familyName(family)}</a>`,
      },
      {
        label: site.word("recurring_column.service"),
        value: ({ family }) => serviceName(site, family),
      },
      ...(filters.entity
        ? [
            {
              label: site.word("recurring_column.in_scope", { scope: scopeName(site, filters) }),
              value: ({ occurrences }: Scoped) => occurrences,
              bar,
              isNumber: true,
            },
          ]
        : []),
      {
        label: site.word("recurring_column.days_30"),
        value: ({ family }) => family.occurrences_30_days,
        isNumber: true,
      },
      filters.entity ? days90 : { ...days90, bar },
      {
        label: site.word("recurring_column.days_180"),
        value: ({ family }) => family.occurrences_180_days,
        isNumber: true,
      },
      {
        label: site.word("recurring_column.weeks"),
        value: ({ family }) => weeksOf(family).join(" "),
        show: ({ family }) => weekColumns(site, family),
        isShort: true,
      },
      {
        label: site.word("recurring_column.sites"),
        value: ({ family }) => family.sites,
        isNumber: true,
      },
      {
        label: site.word("recurring_column.assets"),
        value: ({ family }) => family.assets,
        isNumber: true,
      },
      {
        label: site.word("recurring_column.user_hours"),
        value: ({ family }) => family.user_hours_90_days,
        show: ({ family }) =>
          family.user_hours_90_days === null ? "" : site.number(family.user_hours_90_days),
        isNumber: true,
      },
      {
        label: site.word("recurring_column.decision"),
        value: ({ family }) => family.decision && site.wordOf("family_decision", family.decision),
      },
      ...(rows.some(({ family }) => family.owner || family.due_date) ? people : []),
    ],
  });
  table.classList.add("working-list");
  return table;
}

/** How people's decisions come into the data. */
export function decisionNote(site: Site): HTMLElement {
  const commands: Record<string, string> = {
    export: "npx vigie families --export",
    read: "npx vigie families --read",
  };
  const parts = site
    .word("recurring.decisions", { export: "\u0001export\u0001", read: "\u0001read\u0001" })
    .split("\u0001");
  return html`<p class="lede">
    ${parts.map((part) => (commands[part] ? html`<code>${commands[part]}</code>` : part))}
  </p>`;
}

/**
 * What the shares are of: occurrences, or user-hours where they are known. They are not known by
 * site.
 */
export function measureChoice(
  site: Site,
  data: RecurringData,
  filters: Filters,
): HTMLElement & { value: Measure } {
  const hours = data.totals.find(({ site_id }) => site_id === "*")?.user_hours_90_days ?? 0;
  const isChoice =
    !filters.entity && hours > 0 && recurrent(scoped(site, data, filters)).length > 0;
  const select = html`<select id="pareto-measure">
    <option value="occurrences">${site.word("recurring.by_occurrences")}</option>
    <option value="hours">${site.word("recurring.by_hours")}</option>
  </select>` as HTMLSelectElement;
  const state: { value: Measure } = { value: "occurrences" };
  const form = Object.assign(
    html`<form class="filters" onsubmit=${(event: Event) => event.preventDefault()}>
      ${isChoice ? html`<div><label for="pareto-measure">${site.word("recurring.measure")}</label> ${select}</div>` : null}
    </form>`,
    state,
  );
  select.addEventListener("input", () => {
    form.value = select.value as Measure;
  });
  return form;
}

interface Bar {
  id: string;
  name: string;
  value: number;
  share: number;
  cumulated: number;
}

function shortened(name: string, characters: number): string {
  return name.length <= characters ? name : `${name.slice(0, characters - 1).trimEnd()}…`;
}

/** The families that carry most, each with its share and the share of all up to it. */
function paretoBars(
  site: Site,
  data: RecurringData,
  filters: Filters,
  measure: Measure,
): { bars: Bar[]; whole: number } {
  const valueOf = ({ family, occurrences }: Scoped): number =>
    measure === "hours" ? (family.user_hours_90_days ?? 0) : occurrences;
  const whole =
    measure === "hours"
      ? (data.totals.find(({ site_id }) => site_id === "*")?.user_hours_90_days ?? 0)
      : totalOccurrences(site, data, filters);
  let cumulated = 0;
  const bars = recurrent(scoped(site, data, filters))
    .filter((row) => valueOf(row) > 0)
    .toSorted((a, b) => valueOf(b) - valueOf(a) || mostFirst(a, b))
    .slice(0, 15)
    .map((row) => {
      const value = valueOf(row);
      cumulated += value / whole;
      return {
        id: row.family.family_id,
        name: familyName(row.family),
        value,
        share: value / whole,
        cumulated,
      };
    });
  return { bars, whole };
}

/** The fifteen families that carry most: shares as bars, the cumulated share as a line, on one scale. */
export function paretoChart(
  site: Site,
  data: RecurringData,
  filters: Filters,
  measure: Measure,
): HTMLElement {
  const { bars, whole } = paretoBars(site, data, filters, measure);
  const last = bars.at(-1);
  if (!last || rate(whole, 0).isSmall)
    return html`<p class="lede">${site.word("recurring.pareto_few")}</p>`;
  const values = { n: bars.length, share: site.percent(last.cumulated) };
  const isHours = measure === "hours";
  const names = new Map(bars.map(({ id, name }) => [id, name]));
  const titleOf = (bar: Bar): string =>
    site.word("recurring.pareto_point", {
      name: bar.name,
      share: site.percent(bar.share),
      cumulated: site.percent(bar.cumulated),
    });
  const draw = (width: number): Element => {
    // On a narrow screen the names stand above their bars.
    const isNarrow = width < 600;
    const row = isNarrow ? 40 : 24;
    const digits = last.cumulated < 0.05 ? 1 : 0;
    const shift = isNarrow ? { dy: 8 } : {};
    return plot({
      width,
      height: bars.length * row + 44,
      marginLeft: isNarrow ? 4 : 300,
      marginRight: isNarrow ? 56 : 90,
      marginTop: 8,
      marginBottom: 28,
      style: { fontSize: "12px" },
      x: { domain: [0, last.cumulated], label: null },
      y: { domain: bars.map(({ id }) => id), label: null, axis: null, padding: 0.3 },
      marks: [
        gridX({ stroke: "var(--rule)", strokeOpacity: 1, ticks: isNarrow ? 3 : 5 }),
        axisX({
          ticks: isNarrow ? 3 : 5,
          tickSize: 0,
          tickFormat: (value: number) => site.percent(value, digits),
        }),
        barX(bars, {
          y: "id",
          x: "share",
          fill: "var(--accent)",
          title: titleOf,
          ...(isNarrow ? { insetTop: 18 } : {}),
        }),
        ruleX([0], { stroke: "var(--muted)" }),
        line(bars, { x: "cumulated", y: "id", stroke: "var(--ink)", strokeWidth: 1.25, ...shift }),
        dot(bars, {
          x: "cumulated",
          y: "id",
          r: 3,
          fill: "var(--ink)",
          title: titleOf,
          ...shift,
        }),
        text([last], {
          x: "cumulated",
          y: "id",
          text: () => site.percent(last.cumulated),
          textAnchor: "start",
          fontWeight: 600,
          fill: "var(--ink)",
          dx: 8,
          ...shift,
        }),
        text(bars, {
          x: 0,
          y: "id",
          text: ({ id }: Bar) => shortened(names.get(id) ?? id, isNarrow ? 44 : 42),
          title: "name",
          textAnchor: isNarrow ? "start" : "end",
          fill: "var(--ink)",
          stroke: "var(--ground)",
          strokeWidth: 4,
          paintOrder: "stroke",
          ...(isNarrow ? { dy: -9 } : { dx: -8 }),
        }),
      ],
    });
  };
  return chart(site, {
    title: isHours
      ? site.word("recurring.pareto_hours_title", values)
      : site.word("recurring.pareto_title", values),
    subtitle: isHours
      ? site.word("recurring.pareto_hours_subtitle")
      : site.word("recurring.pareto_subtitle"),
    draw,
    columns: [
      { label: site.word("recurring_column.family"), value: ({ name }) => name },
      {
        label: isHours
          ? site.word("recurring_column.user_hours")
          : site.word("recurring_column.days_90"),
        value: ({ value }) => value,
        isNumber: true,
      },
      {
        label: site.word("recurring_column.share"),
        value: ({ share }) => share,
        show: ({ share }) => site.percent(share),
        isNumber: true,
      },
      {
        label: site.word("recurring_column.cumulated"),
        value: ({ cumulated }) => cumulated,
        show: ({ cumulated }) => site.percent(cumulated),
        isNumber: true,
      },
    ],
    rows: bars,
  });
}

interface CatchAll {
  title: string;
  service: string;
  categories: number;
  days30: number;
  days90: number;
  days180: number;
}

/** The titles that say too little, in a section of their own; nothing where there are none. */
export function catchAllSection(site: Site, { families }: RecurringData): HTMLElement {
  const groups = Map.groupBy(
    families.filter(({ is_catch_all, decision }) => is_catch_all && decision !== "reject"),
    (family) => `${family.service}\n${family.key_words || familyName(family)}`,
  );
  const rows = [...groups.values()].map((group): CatchAll => {
    const [biggest = group[0]!] = group.toSorted((a, b) => b.occurrences - a.occurrences);
    return {
      title: biggest.key_words || familyName(biggest),
      service: serviceName(site, biggest),
      categories: new Set(group.map(({ category }) => category)).size,
      days30: sum(group, (row) => row.occurrences_30_days),
      days90: sum(group, (row) => row.occurrences_90_days),
      days180: sum(group, (row) => row.occurrences_180_days),
    };
  });
  const recent = rows.filter(({ days180 }) => days180 >= 2);
  if (recent.length === 0) return html`<span></span>`;
  return html`<section class="catch-alls">
    <h2 id="catch-alls">${site.word("recurring.catch_alls")}</h2>
    <p class="lede">${site.word("recurring.catch_alls_why")}</p>
    ${dataTable(site, {
      title: site.word("recurring.catch_alls_table"),
      rows: recent.toSorted((a, b) => b.days90 - a.days90 || b.days180 - a.days180),
      limit: 8,
      columns: [
        { label: site.word("recurring_column.title"), value: ({ title }) => title },
        { label: site.word("recurring_column.service"), value: ({ service }) => service },
        {
          label: site.word("recurring_column.categories"),
          value: ({ categories }) => categories,
          isNumber: true,
        },
        {
          label: site.word("recurring_column.days_30"),
          value: ({ days30 }) => days30,
          isNumber: true,
        },
        {
          label: site.word("recurring_column.days_90"),
          value: ({ days90 }) => days90,
          isNumber: true,
        },
        {
          label: site.word("recurring_column.days_180"),
          value: ({ days180 }) => days180,
          isNumber: true,
        },
      ],
    })}
  </section>`;
}
