import { dayText, type Family } from "./families.js";
import { sum } from "./figures.js";
import { siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";

export interface RecurringData {
  families: Family[];
  sites: MartRow<"mart_family_sites">[];
  totals: MartRow<"mart_occurrence_totals">[];
  fitness: MartRow<"mart_fitness">[];
}

/** A family with its occurrences of 90 days within the filter. */
export interface Scoped {
  family: Family;
  occurrences: number;
}

/** The last day that the windows of days cover. */
export function lastDate(data: Pick<RecurringData, "totals">): string {
  return data.totals.find(({ site_id }) => site_id === "*")?.last_date ?? "";
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

/** The families that touched what the filter leaves, most occurrences first. */
export class RecurrenceView {
  readonly site: Site;
  readonly data: RecurringData;
  readonly filters: Filters;
  /** The families to work on. */
  readonly list: Scoped[];
  /** All that are recurrent; catch-all titles are not among them. */
  readonly recurrent: Scoped[];

  constructor(site: Site, data: RecurringData, filters: Filters) {
    const rows = scoped(site, data, filters).toSorted(mostFirst);
    this.site = site;
    this.data = data;
    this.filters = filters;
    this.list = rows.filter(({ family }) => family.is_working_list);
    this.recurrent = rows.filter(({ family }) => family.is_recurrent && !family.is_catch_all);
  }

  /** A measure of all incidents within the filter, in 90 days. */
  total(count: (row: RecurringData["totals"][number]) => number): number {
    const isSeen = this.filters.entity
      ? siteTest(this.site, this.filters)
      : (id: string) => id === "*";
    return sum(
      this.data.totals.filter(({ site_id }) => isSeen(site_id)),
      count,
    );
  }
}

/** The order of the lists: what came most often first. */
export const mostFirst = (a: Scoped, b: Scoped): number =>
  b.occurrences - a.occurrences ||
  b.family.occurrences_180_days - a.family.occurrences_180_days ||
  a.family.family_id.localeCompare(b.family.family_id);
