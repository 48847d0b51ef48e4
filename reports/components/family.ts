import { axisX, axisY, barY, gridY, plot, ruleY } from "@observablehq/plot";
import { html } from "htl";

import { chart, countLabel, labelledMonths, monthLabel } from "./chart.js";
import { entityName, filterBar, pageLink, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import {
  dayText,
  familyName,
  hasPage,
  lastDate,
  serviceName,
  type Family,
  type RecurringData,
} from "./recurring.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

export interface FamilyData extends RecurringData {
  assets: MartRow<"mart_family_assets">[];
  weekly: MartRow<"mart_family_weekly">[];
}

/** The families that have a page: the working list first, most occurrences first. */
export function listedFamilies(families: Family[]): Family[] {
  return families
    .filter(hasPage)
    .toSorted(
      (a, b) =>
        Number(b.is_working_list) - Number(a.is_working_list) ||
        Number(a.is_catch_all) - Number(b.is_catch_all) ||
        b.occurrences_90_days - a.occurrences_90_days ||
        b.occurrences_180_days - a.occurrences_180_days ||
        a.family_id.localeCompare(b.family_id),
    );
}

/** Puts the family into the address and into the links to this page in the other languages. */
function writeFamily(id: string): void {
  const query = new URLSearchParams(location.search);
  query.set("family", id);
  history.replaceState(null, "", `?${query}${location.hash}`);
  for (const link of document.querySelectorAll<HTMLAnchorElement>(
    "a[hreflang][data-keeps-filters]",
  ))
    link.search = `?${query}`;
}

export interface FamilyChoice {
  family: Family | undefined;
  filters: Filters;
  /** An identifier in the address that no family has. */
  unknown: string;
}

/**
 * Chooses a family, by the address or by searching; a form control whose `value` is the choice. The
 * page's filters are handed on to other pages and change nothing here.
 */
export function familyPicker(
  site: Site,
  families: Family[],
  months: MartRow<"mart_months">[],
): HTMLElement & { value: FamilyChoice } {
  const wanted = new URLSearchParams(location.search).get("family") ?? "";
  const { value: filters } = filterBar(site, months);
  const listed = listedFamilies(families);
  const found = families.find(({ family_id }) => family_id === wanted);
  const family = found ?? listed[0];
  const nameOf = (each: Family): string =>
    `${familyName(each)} · ${serviceName(site, each)} · ${each.family_id}`;
  const byName = new Map(listed.map((each) => [nameOf(each), each]));
  const input = html`<input
    id="family-choice"
    type="search"
    list="family-list"
    autocomplete="off"
    value=${family ? nameOf(family) : ""}
  />` as HTMLInputElement;
  const form = Object.assign(
    html`<form
      class="filters family-picker"
      aria-label=${site.word("family.pick")}
      onsubmit=${(event: Event) => event.preventDefault()}
    >
      <div>
        <label for="family-choice">${site.word("family.pick")}</label>
        ${input}
        <datalist id="family-list">
          ${[...byName.keys()].map((name) => html`<option value=${name}></option>`)}
        </datalist>
      </div>
      <a href=${pageLink("recurring")}>${site.word("family.back")}</a>
    </form>`,
    { value: { family, filters, unknown: found ? "" : wanted } },
  );
  if (family) writeFamily(family.family_id);
  const choose = (event: Event): void => {
    event.stopPropagation();
    const chosen =
      byName.get(input.value) ?? listed.find(({ family_id }) => family_id === input.value.trim());
    if (!chosen || chosen === form.value.family) return;
    form.value = { family: chosen, filters, unknown: "" };
    writeFamily(chosen.family_id);
    form.dispatchEvent(new CustomEvent("input", { bubbles: true }));
  };
  input.addEventListener("input", choose);
  input.addEventListener("change", choose);
  // A click leaves the name ready to be replaced by what is searched.
  input.addEventListener("focus", () => input.select());
  return form;
}

function stateText(site: Site, family: Family): string {
  if (family.decision === "reject") return site.word("family.is_rejected");
  if (family.is_catch_all) return site.word("family.is_catch_all");
  if (family.is_working_list) return site.word("family.is_list");
  return family.is_recurrent ? site.word("family.is_recurrent") : site.word("family.is_quiet");
}

function traits(pairs: [label: string, value: string][]): HTMLElement {
  return html`<dl class="traits">
    ${pairs
      .filter(([, value]) => value !== "")
      .map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
  </dl>`;
}

/** What a family is and how often it came back. */
export function familyHead(
  site: Site,
  data: FamilyData,
  { family, unknown }: FamilyChoice,
): HTMLElement {
  if (!family) return html`<p class="notice">${site.word("rate.none")}</p>`;
  const counts: [label: string, count: number, tickets: number | null][] = [
    [site.word("family.days", { days: 30 }), family.occurrences_30_days, null],
    [site.word("family.days", { days: 90 }), family.occurrences_90_days, family.tickets_90_days],
    [site.word("family.days", { days: 180 }), family.occurrences_180_days, null],
    [site.word("family.all_time"), family.occurrences, family.tickets],
  ];
  const hours =
    family.user_hours === null
      ? site.word("family.hours_none")
      : site.word("family.hours_text", {
          recent: Math.round(family.user_hours_90_days ?? 0),
          all: Math.round(family.user_hours),
        });
  return html`<div>
    ${unknown ? html`<p class="notice">${site.word("family.unknown", { id: unknown })}</p>` : null}
    <h2 class="family-name">${familyName(family)}</h2>
    <p class="lede"><strong>${stateText(site, family)}</strong></p>
    <div class="facts four">
      ${counts.map(
        ([label, count, tickets]) =>
          html`<div class="fact">
            <span class="label">${label}</span>
            <span class="value">${site.number(count)}</span>
            <span class="verdict"
              >${site.word("recurring_column.occurrences").toLowerCase()}${tickets === null ? "" : `, ${site.word("family.tickets", { n: tickets })}`}</span
            >
          </div>`,
      )}
    </div>
    ${traits([
      [site.word("recurring_column.service"), serviceName(site, family)],
      [site.word("family.key_words"), family.key_words],
      [site.word("family.category"), family.category],
      [site.word("family.first"), dayText(site, family.first_date)],
      [site.word("family.last"), dayText(site, family.last_date)],
      [site.word("recurring_column.sites"), site.number(family.sites)],
      [site.word("recurring_column.assets"), site.number(family.assets)],
      [site.word("family.hours"), hours],
      [site.word("family.identifier"), family.family_id],
    ])}
    <p class="lede">${site.word("family.whole", { date: dayText(site, lastDate(data)) })}</p>
  </div>`;
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function changeText(site: Site, family: Family, last: string): string {
  if (family.first_date > addDays(last, -90))
    return site.word("family.new", { date: dayText(site, family.first_date) });
  const before = family.occurrences_180_days - family.occurrences_90_days;
  const n = family.occurrences_90_days - before;
  if (n === 0) return site.word("family.same");
  return n > 0 ? site.word("family.more", { n }) : site.word("family.fewer", { n: -n });
}

/** Occurrences by week, the weeks without any among them; at most the last two years. */
export function timeline(site: Site, data: FamilyData, { family }: FamilyChoice): HTMLElement {
  const found = data.weekly.filter(({ family_id }) => family_id === family?.family_id);
  const last = lastDate(data);
  const first = found.map(({ week }) => week).toSorted()[0];
  if (!family || !first || !last) return html`<span></span>`;
  const counts = new Map(found.map(({ week, occurrences }) => [week, occurrences]));
  const weeks: string[] = [];
  for (let week = first; week <= last; week = addDays(week, 7)) weeks.push(week);
  const rows = weeks.slice(-104).map((week) => ({
    week,
    occurrences: counts.get(week) ?? 0,
    isComplete: addDays(week, 6) <= last,
  }));
  type Row = (typeof rows)[number];
  const domain = rows.map(({ week }) => week);
  const months = [...new Set(domain.map((week) => week.slice(0, 7)))];
  const high = Math.max(...rows.map(({ occurrences }) => occurrences));
  const titleOf = ({ week, occurrences }: Row): string =>
    site.word("family.week_text", {
      week: dayText(site, week),
      count: site.word("recurring.occurrences", { n: occurrences }),
    });
  return chart(site, {
    title: site.word("family.title", {
      count: site.word("recurring.occurrences", { n: family.occurrences_90_days }),
      change: changeText(site, family, last),
    }),
    subtitle: site.word("family.subtitle"),
    draw: (width) => {
      const labelled = labelledMonths(months, width - 40);
      const ticks = labelled.flatMap(
        (month) => domain.find((week) => week.startsWith(month)) ?? [],
      );
      return plot({
        width,
        height: 220,
        marginLeft: 40,
        marginBottom: 40,
        style: { fontSize: "12px" },
        x: { type: "band", domain, padding: 0.15, label: null },
        y: { label: null, zero: true },
        marks: [
          gridY({ stroke: "var(--rule)", strokeOpacity: 1, ticks: Math.min(4, high) }),
          axisY({
            ticks: Math.min(4, high),
            tickSize: 0,
            tickFormat: (count: number) => countLabel(site, count),
          }),
          axisX({
            ticks,
            tickSize: 0,
            tickFormat: (week: string) => monthLabel(site, week.slice(0, 7), labelled),
          }),
          barY(rows, {
            x: "week",
            y: "occurrences",
            fill: "var(--accent)",
            fillOpacity: (row: Row) => (row.isComplete ? 1 : 0.45),
            title: titleOf,
          }),
          ruleY([0], { stroke: "var(--muted)" }),
        ],
      });
    },
    columns: [
      {
        label: site.word("recurring_column.week"),
        value: ({ week }) => week,
        show: ({ week }) => dayText(site, week),
        isShort: true,
      },
      {
        label: site.word("recurring_column.occurrences"),
        value: ({ occurrences }) => occurrences,
        isNumber: true,
      },
    ],
    rows: rows.filter(({ occurrences }) => occurrences > 0).toReversed(),
  });
}

/** The titles that people gave it, masked. */
export function sampleTitles(site: Site, { family }: FamilyChoice): HTMLElement {
  if (!family) return html`<span></span>`;
  const titles = [
    family.label,
    family.sample_2,
    family.sample_3,
    family.sample_4,
    family.sample_5,
  ].filter((title) => title !== "");
  return html`<div>
    <p class="lede">${site.word("family.titles_note")}</p>
    <ul class="titles">
      ${titles.map((title) => html`<li>${title}</li>`)}
    </ul>
  </div>`;
}

interface Place {
  site_id: string;
  occurrences: number;
  occurrences_90_days: number;
  tickets: number;
}

/** The sites and the assets that a family touches. */
export function placeTables(site: Site, data: FamilyData, { family }: FamilyChoice): HTMLElement {
  if (!family) return html`<span></span>`;
  const most = (a: Place, b: Place): number =>
    b.occurrences - a.occurrences || b.tickets - a.tickets;
  const ofFamily = ({ family_id }: { family_id: string }): boolean =>
    family_id === family.family_id;
  const sites = data.sites.filter(ofFamily).toSorted(most);
  const assets = data.assets.filter(ofFamily).toSorted(most);
  const counts = (places: Place[]): Column<Place>[] => [
    {
      label: site.word("recurring_column.days_90"),
      value: (row: Place) => row.occurrences_90_days,
      isNumber: true,
    },
    {
      label: site.word("family.all_time"),
      value: (row: Place) => row.occurrences,
      bar: (row: Place) =>
        row.occurrences / Math.max(1, ...places.map(({ occurrences }) => occurrences)),
      isNumber: true,
    },
    {
      label: site.word("column.tickets"),
      value: (row: Place) => row.tickets,
      isNumber: true,
    },
  ];
  const siteColumn = {
    label: site.word("column.site"),
    value: (row: Place) => entityName(site, row.site_id),
  };
  return html`<div class="two-tables">
    ${
      sites.length > 0
        ? dataTable(site, {
            title: site.word("family.sites_table"),
            rows: sites,
            columns: [siteColumn, ...counts(sites)],
          })
        : null
    }
    ${
      assets.length > 0
        ? dataTable(site, {
            title:
              family.assets > assets.length
                ? site.word("family.assets_ten", { n: family.assets })
                : site.word("family.assets_table"),
            rows: assets,
            columns: [
              { label: site.word("recurring_column.asset"), value: ({ asset_id }) => asset_id },
              siteColumn,
              ...counts(assets),
            ],
          })
        : null
    }
  </div>`;
}

/** What people decided of it. */
export function decisionOf(site: Site, { family }: FamilyChoice): HTMLElement {
  if (!family?.decision) return html`<p>${site.word("family.no_decision")}</p>`;
  return traits([
    [site.word("recurring_column.decision"), site.wordOf("family_decision", family.decision)],
    [site.word("family.reference"), family.reference],
    [site.word("recurring_column.owner"), family.owner],
    [site.word("recurring_column.due"), dayText(site, family.due_date)],
    [site.word("family.watch_until"), dayText(site, family.watch_until)],
    [site.word("family.decided_by"), family.decided_by],
    [site.word("family.decided_on"), dayText(site, family.decided_on)],
    [site.word("family.comment"), family.comment],
  ]);
}
