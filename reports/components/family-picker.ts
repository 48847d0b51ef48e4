import { html } from "htl";

import { familyName, hasPage, serviceName, type Family } from "./families.js";
import { filterBar, pageLink, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";

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
