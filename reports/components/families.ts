import { pageLink } from "./filters.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";

export type Family = MartRow<"mart_families">;

/** "31 October 2026" of "2026-10-31". */
export function dayText(site: Site, date: string): string {
  return date
    ? new Date(`${date}T00:00:00Z`).toLocaleDateString(site.locale, {
        dateStyle: "long",
        timeZone: "UTC",
      })
    : "";
}

export function familyName({ name, label }: Family): string {
  return name || label;
}

export function serviceName(site: Site, { service }: Pick<Family, "service">): string {
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
