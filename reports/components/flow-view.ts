import { definitions } from "./definitions.js";
import type { DelayData } from "./delays.js";
import { sum, type Rate } from "./figures.js";
import { recentMonths, siteTest, typeTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { comparedMonths } from "./rates.js";
import type { Site } from "./site.js";
import type { Column } from "./table.js";

export interface FlowData extends DelayData {
  months: MartRow<"mart_months">[];
  flow: MartRow<"mart_flow_monthly">[];
  hold: MartRow<"mart_on_hold_monthly">[];
  handling: MartRow<"mart_handling_monthly">[];
  fitness: MartRow<"mart_fitness">[];
}

/** What the Flow page shows, cut by the filters. */
export class FlowView {
  readonly site: Site;
  readonly data: FlowData;
  readonly filters: Filters;

  constructor(site: Site, data: FlowData, filters: Filters) {
    const isSeen = siteTest(site, filters);
    const isType = typeTest(filters);
    const cut = <T extends { site_id: string; type: string }>(rows: T[]): T[] =>
      rows.filter((row) => isSeen(row.site_id) && isType(row.type));
    this.site = site;
    this.filters = filters;
    this.data = {
      ...data,
      flow: cut(data.flow),
      hold: cut(data.hold),
      handling: cut(data.handling),
    };
  }

  flow(month: string, count: (row: FlowData["flow"][number]) => number): number {
    return sum(
      this.data.flow.filter((row) => row.month === month),
      count,
    );
  }

  handled(month: string, count: (row: FlowData["handling"][number]) => number): number {
    return sum(
      this.data.handling.filter((row) => row.month === month),
      count,
    );
  }

  /** Where the figures of a section are defined. */
  defined(...ids: string[]): HTMLElement {
    return definitions(this.site, this.data.fitness, ids);
  }

  compared(month = this.filters.month): { month: string; name: string }[] {
    return comparedMonths(this.site, this.data.months, month);
  }

  /** Whether a month is complete and the follow-up of all its resolutions has ended. */
  isFirm(month: string): boolean {
    return (
      this.data.months.some((row) => row.month === month && row.is_complete) &&
      this.data.flow.every((row) => row.month !== month || row.is_mature)
    );
  }

  /** The months up to the chosen one, with a rate of each. */
  followed(value: (month: string) => Rate): { month: string; isFirm: boolean; value: Rate }[] {
    return recentMonths(this.data.months, this.filters).map(({ month }) => ({
      month,
      isFirm: this.isFirm(month),
      value: value(month),
    }));
  }

  /** A column that counts the same thing in a month before, for each of those compared. */
  countsBefore<T>(count: (row: T, month: string) => number): Column<T>[] {
    return this.compared().map(({ month }) => ({
      label: this.site.month(month),
      value: (row) => count(row, month),
      isNumber: true,
    }));
  }
}
