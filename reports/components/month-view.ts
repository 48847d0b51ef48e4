import { definitions } from "./definitions.js";
import { sum } from "./figures.js";
import { recentMonths, siteTest, typeTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { comparedMonths, countChange } from "./rates.js";
import type { Site } from "./site.js";
import type { Column } from "./table.js";

export interface MonthData {
  months: MartRow<"mart_months">[];
  fitness: MartRow<"mart_fitness">[];
}

/** Rows within the filters, of every month. */
export function cut<T extends { site_id: string; type?: string }>(
  site: Site,
  filters: Filters,
  rows: T[],
): T[] {
  const isSeen = siteTest(site, filters);
  const isType = typeTest(filters);
  return rows.filter(
    ({ site_id, type }) => isSeen(site_id) && (type === undefined || isType(type)),
  );
}

/** What a page by month shows: marts cut by the filters, and the months it compares with. */
export class MonthView<D extends MonthData> {
  readonly site: Site;
  readonly filters: Filters;
  /** Cut by the filters, as far as it is by site. */
  readonly data: D;

  constructor(site: Site, data: D, filters: Filters) {
    this.site = site;
    this.data = data;
    this.filters = filters;
  }

  /** A count added up over the rows of a month. */
  total<T extends { month: string }>(rows: T[], month: string, count: (row: T) => number): number {
    return sum(
      rows.filter((row) => row.month === month),
      count,
    );
  }

  /** The months up to the chosen one, at most `count`. */
  recent(count?: number): { month: string; isComplete: boolean }[] {
    return recentMonths(this.data.months, this.filters, count).map(({ month, is_complete }) => ({
      month,
      isComplete: is_complete,
    }));
  }

  isComplete(month = this.filters.month): boolean {
    return this.data.months.some((row) => row.month === month && row.is_complete);
  }

  compared(month = this.filters.month): { month: string; name: string }[] {
    return comparedMonths(this.site, this.data.months, month);
  }

  /** What the month's count says, with its change against the month before where there is one. */
  withChange(stands: string, count: (month: string) => number): string {
    const [before] = this.compared();
    if (!before) return stands;
    const change = countChange(
      this.site,
      count(this.filters.month),
      count(before.month),
      before.name,
    );
    return this.site.word("change.title", { stands, change });
  }

  /** A column that counts the same thing in a month before, for each of those compared. */
  countsBefore<T>(count: (row: T, month: string) => number): Column<T>[] {
    return this.compared().map(({ month }) => ({
      label: this.site.month(month),
      value: (row) => count(row, month),
      isNumber: true,
    }));
  }

  /** Where the figures of a section are defined. */
  defined(...ids: string[]): HTMLElement {
    return definitions(this.site, this.data.fitness, ids);
  }
}
