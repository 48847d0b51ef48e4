import { html } from "htl";

import { entityName, pageLink, providerName, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

export type ListedClock = MartRow<"mart_sla_clocks">;

/** The address of a clock's proof sheet. */
export function proofLink(clock: ListedClock): string {
  const query = new URLSearchParams(location.search);
  query.set("clock", String(clock.clock_key));
  return `./proof.html?${query}`;
}

/** The group that holds a ticket, and the provider it belongs to. */
export const holder = (
  site: Site,
  { assignment_group, provider }: { assignment_group: string; provider: string },
): string =>
  [assignment_group, provider && providerName(site, provider)]
    .filter(Boolean)
    .join(site.word("levels.comma"));

const columns = (site: Site): Column<ListedClock>[] => [
  {
    label: site.word("column.ticket"),
    value: ({ ticket }) => ticket,
    show: (row) => html`<a href=${proofLink(row)}>${row.ticket}</a>`,
    isShort: true,
  },
  {
    label: site.word("column.commitment"),
    value: ({ commitment_id }) =>
      site.text(site.context.commitments.findLast(({ id }) => id === commitment_id)?.name),
  },
  { label: site.word("column.site"), value: ({ site_id }) => entityName(site, site_id) },
  { label: site.word("column.priority"), value: ({ priority }) => priority, isShort: true },
  { label: site.word("column.group"), value: (row) => holder(site, row) },
  {
    label: site.word("column.started"),
    value: ({ started_local }) => started_local,
    show: ({ started_local }) => site.instant(started_local),
    isShort: true,
  },
  {
    label: site.word("column.due"),
    value: ({ due_local }) => due_local,
    show: ({ due_local }) => (due_local ? site.instant(due_local) : ""),
    isShort: true,
  },
  {
    label: site.word("column.consumed"),
    value: ({ consumed_share }) => consumed_share,
    show: ({ consumed_share }) => site.percent(consumed_share ?? 0, 0),
    isNumber: true,
  },
];

/** Breaches of the month, what is at risk, and the ten clocks that have run longest: for readers who may see tickets. */
export function clockLists(site: Site, clocks: ListedClock[], filters: Filters): HTMLElement {
  const isSeen = siteTest(site, filters);
  const seen = clocks.filter((row) => isSeen(row.site_id) && row.is_headline_population);
  const byShare = (a: ListedClock, b: ListedClock): number =>
    (b.consumed_share ?? 0) - (a.consumed_share ?? 0) || a.ticket.localeCompare(b.ticket);
  const late = seen
    .filter((row) => row.verdict === "breached" && row.month === filters.month)
    .toSorted(byShare);
  const risky = seen.filter((row) => row.is_at_risk).toSorted(byShare);
  const oldest = seen
    .filter((row) => row.is_open && row.clock === "resolution")
    .toSorted((a, b) => a.started_local.localeCompare(b.started_local))
    .slice(0, 10);
  const list = (title: string, heading: string, rows: ListedClock[], limit: number) =>
    rows.length === 0
      ? null
      : html`<h3>${heading}</h3>
          ${dataTable(site, { title, rows, limit, columns: columns(site) })}`;
  const month = site.month(filters.month);
  return html`<section id="tickets">
    <h2>${site.word("lists.heading")}</h2>
    <p class="lede">${site.word("lists.lede")}</p>
    ${list(site.word("lists.late", { month }), site.word("lists.late_title", { n: late.length, month }), late, 10)}
    ${list(site.word("lists.risk"), site.word("lists.risk_title", { n: risky.length }), risky, 10)}
    ${list(site.word("lists.oldest"), site.word("lists.oldest_title", { n: oldest.length }), oldest, 10)}
    <p><a href=${pageLink("proof")}>${site.word("lists.proof")}</a></p>
  </section>`;
}
