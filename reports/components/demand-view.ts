import { definitions } from "./definitions.js";
import { sum } from "./figures.js";
import { siteTest, typeTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { comparedMonths } from "./rates.js";
import type { Site } from "./site.js";

export interface DemandData {
  months: MartRow<"mart_months">[];
  demand: MartRow<"mart_demand_monthly">[];
  hours: MartRow<"mart_demand_hours">[];
  slots: MartRow<"mart_demand_slots">[];
  rates: MartRow<"mart_demand_rates">[];
  agents: MartRow<"mart_demand_agents">[];
  fitness: MartRow<"mart_fitness">[];
}

/** What the Service demand page shows, cut by the filters. */
export class DemandView {
  readonly site: Site;
  readonly data: DemandData;
  readonly filters: Filters;
  readonly isSeen: (siteId: string) => boolean;

  constructor(site: Site, data: DemandData, filters: Filters) {
    const isSeen = siteTest(site, filters);
    const isType = typeTest(filters);
    const cut = <T extends { site_id: string; type: string }>(rows: T[]): T[] =>
      rows.filter((row) => isSeen(row.site_id) && isType(row.type));
    this.site = site;
    this.filters = filters;
    this.isSeen = isSeen;
    this.data = {
      ...data,
      demand: cut(data.demand),
      hours: cut(data.hours),
      slots: data.slots.filter((row) => isSeen(row.site_id)),
    };
  }

  /** The types of ticket that the filter leaves. */
  types(): string[] {
    return [...new Set(this.data.demand.map(({ type }) => type))].toSorted();
  }

  /** Rows of a dimension; `all` for the whole. */
  rows(month: string, dimension: string, origin = "people"): DemandData["demand"] {
    return this.data.demand.filter(
      (row) => row.month === month && row.dimension === dimension && row.origin === origin,
    );
  }

  /** Tickets opened in a month. */
  opened(month: string, origin = "people", type = ""): number {
    const rows = this.rows(month, "all", origin);
    return sum(
      rows.filter((row) => type === "" || row.type === type),
      (row) => row.opened,
    );
  }

  /** Where the figures of a section are defined. */
  defined(...ids: string[]): HTMLElement {
    return definitions(this.site, this.data.fitness, ids);
  }

  compared(): { month: string; name: string }[] {
    return comparedMonths(this.site, this.data.months, this.filters.month);
  }
}
