import { html } from "htl";

import type { MartRow } from "./marts.js";
import type { Entity, Site } from "./site.js";

export interface Filters {
  /** "2026-10"; empty where there is no data at all. */
  month: string;
  /** An entity whose subtree is shown; empty for everything. */
  entity: string;
  /** A type of ticket; empty for all, and on pages that have no such filter. */
  type: string;
}

type Month = MartRow<"mart_months">;

/** An entity and everything under it. */
export function subtree(entities: Entity[], id: string): Set<string> {
  const found = new Set([id]);
  // A child may stand before its parent in the list, so go on until nothing is added.
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const { id: child, parent } of entities) if (parent && found.has(parent)) found.add(child);
  }
  return found;
}

/** Whether rows of a site are within the entity chosen. */
export function siteTest(site: Site, filters: Filters): (siteId: string) => boolean {
  if (!filters.entity) return () => true;
  const seen = subtree(site.context.entities, filters.entity);
  return (siteId) => seen.has(siteId);
}

/** The one site that the filter leaves, `*` when it leaves everything, null when it leaves several. */
export function singleSite(site: Site, filters: Filters): string | null {
  if (!filters.entity) return "*";
  const seen = subtree(site.context.entities, filters.entity);
  const places = site.context.entities.filter(({ id, kind }) => kind === "site" && seen.has(id));
  return places.length === 1 ? (places[0]?.id ?? null) : null;
}

export function entityName(site: Site, id: string): string {
  if (id === "") return site.word("filter.no_site");
  return site.text(site.context.entities.find((entity) => entity.id === id)?.name) || id;
}

/** The configured name of a provider; what the source wrote where none has that id. */
export function providerName(site: Site, id: string): string {
  return site.text(site.context.providers.find((provider) => provider.id === id)?.name) || id;
}

/** What the filter leaves, in words. */
export function scopeName(site: Site, filters: Filters): string {
  if (filters.entity) return entityName(site, filters.entity);
  const ids = new Set(site.context.entities.map(({ id }) => id));
  const top = site.context.entities.filter(({ parent }) => !parent || !ids.has(parent));
  return top.length === 1 ? site.text(top[0]?.name) : site.word("filter.everything");
}

/** The months to show: up to the one chosen, at most `count`. */
export function recentMonths(months: Month[], filters: Filters, count = 13): Month[] {
  return months.filter(({ month }) => month <= filters.month).slice(-count);
}

function ordered(entities: Entity[]): { entity: Entity; depth: number }[] {
  const ids = new Set(entities.map(({ id }) => id));
  const visit = (entity: Entity, depth: number): { entity: Entity; depth: number }[] => [
    { entity, depth },
    ...entities
      .filter(({ parent }) => parent === entity.id)
      .flatMap((child) => visit(child, depth + 1)),
  ];
  return entities
    .filter(({ parent }) => !parent || !ids.has(parent))
    .flatMap((root) => visit(root, 0));
}

function readFilters(site: Site, months: Month[], types: readonly string[]): Filters {
  const query = new URLSearchParams(location.search);
  const { lastCompleteMonth, lastMonth } = site.context.period;
  const wanted = query.get("month") ?? "";
  const entity = query.get("entity") ?? "";
  const type = query.get("type") ?? "";
  return {
    month: months.some(({ month }) => month === wanted)
      ? wanted
      : (lastCompleteMonth ?? lastMonth ?? ""),
    entity: site.context.entities.some(({ id }) => id === entity) ? entity : "",
    type: types.includes(type) ? type : "",
  };
}

/**
 * Puts the filters into the address, and into the links to other pages and languages. A page without the filter of
 * types hands on the one in the address.
 */
function writeFilters(filters: Filters, types: readonly string[]): void {
  const query = new URLSearchParams({ month: filters.month });
  if (filters.entity) query.set("entity", filters.entity);
  const before = new URLSearchParams(location.search);
  const type = types.length > 0 ? filters.type : before.get("type");
  if (type) query.set("type", type);
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-keeps-filters]")) {
    link.search = `?${query}`;
  }
  // What a page chooses beside the filters stays in its own address.
  for (const [name, value] of before) {
    if (!["month", "entity", "type"].includes(name)) query.set(name, value);
  }
  history.replaceState(null, "", `?${query}${location.hash}`);
}

/** Whether rows of a type of ticket are within the filter. */
export function typeTest(filters: Filters): (type: string) => boolean {
  return (type) => !filters.type || type === filters.type;
}

/** The address of a page with the filters in force, for links that scripts write. */
export function pageLink(page: string, anchor = ""): string {
  return `./${page}.html${location.search}${anchor ? `#${anchor}` : ""}`;
}

/**
 * The filter bar: a form control whose `value` is the filters in force. It reads them from the
 * address and keeps them there, so a link shows what its sender saw.
 *
 * @param rows whose types of ticket the bar offers. Default: no such choice
 */
export function filterBar(
  site: Site,
  months: Month[],
  rows: readonly { type: string }[] = [],
): HTMLElement & { value: Filters } {
  const found = [...new Set(rows.map(({ type }) => type))].toSorted();
  const types = found.length > 1 ? found : [];
  const filters = readFilters(site, months, types);
  const entities = ordered(site.context.entities);
  // The top of the tree is everything, also the records that name no site.
  const choices = entities.length > 1 ? entities : [];
  const top = entities.filter(({ depth }) => depth === 0);
  if (top.length === 1 && filters.entity === top[0]?.entity.id) filters.entity = "";
  const monthSelect = html`<select id="filter-month">
    ${months
      .toReversed()
      .map(
        ({ month, is_complete }) =>
          html`<option value=${month} selected=${month === filters.month}>
            ${
              is_complete
                ? site.month(month)
                : site.word("filter.incomplete", { month: site.month(month) })
            }
          </option>`,
      )}
  </select>` as HTMLSelectElement;
  const entitySelect = html`<select id="filter-entity">
    ${
      top.length > 1 ? html`<option value="">${site.word("filter.everything")}</option>` : null
    }${choices.map(({ entity, depth }) => {
      const value = top.length === 1 && depth === 0 ? "" : entity.id;
      return html`<option value=${value} selected=${value === filters.entity}>
        ${"\u2003".repeat(depth)}${site.text(entity.name)}
      </option>`;
    })}
  </select>` as HTMLSelectElement;
  const typeSelect = html`<select id="filter-type">
    <option value="">${site.word("filter.all_types")}</option>
    ${types.map(
      (type) =>
        html`<option value=${type} selected=${type === filters.type}>
          ${site.wordOf("type", type)}
        </option>`,
    )}
  </select>` as HTMLSelectElement;
  const bar = Object.assign(
    html`<form
      class="filters"
      aria-label=${site.word("filter.label")}
      onsubmit=${(event: Event) => event.preventDefault()}
    >
      ${months.length > 0 ? html`<div><label for="filter-month">${site.word("filter.month")}</label> ${monthSelect}</div>` : null}
      ${choices.length > 0 ? html`<div><label for="filter-entity">${site.word("filter.entity")}</label> ${entitySelect}</div>` : null}
      ${types.length > 0 ? html`<div><label for="filter-type">${site.word("filter.type")}</label> ${typeSelect}</div>` : null}
    </form>`,
    { value: filters },
  );
  const update = (event?: Event): void => {
    // The selects' own events would tell of the change before the value is there.
    event?.stopPropagation();
    bar.value = {
      month: monthSelect.value,
      entity: choices.length > 0 ? entitySelect.value : "",
      type: types.length > 0 ? typeSelect.value : "",
    };
    writeFilters(bar.value, types);
    if (event) bar.dispatchEvent(new CustomEvent("input", { bubbles: true }));
  };
  for (const select of [monthSelect, entitySelect, typeSelect]) {
    select.addEventListener("input", update);
    select.addEventListener("change", (event) => event.stopPropagation());
  }
  update();
  return bar;
}
