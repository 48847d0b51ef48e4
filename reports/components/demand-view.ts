import type { Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { cut, MonthView, type MonthData } from "./month-view.js";
import type { Site } from "./site.js";

export interface DemandData extends MonthData {
  demand: MartRow<"mart_demand_monthly">[];
  hours: MartRow<"mart_demand_hours">[];
  slots: MartRow<"mart_demand_slots">[];
  rates: MartRow<"mart_demand_rates">[];
  agents: MartRow<"mart_demand_agents">[];
}

/** What the Service demand page shows, cut by the filters. */
export class DemandView extends MonthView<DemandData> {
  constructor(site: Site, data: DemandData, filters: Filters) {
    super(
      site,
      {
        ...data,
        demand: cut(site, filters, data.demand),
        hours: cut(site, filters, data.hours),
        slots: cut(site, filters, data.slots),
      },
      filters,
    );
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
    return this.total(
      rows.filter((row) => type === "" || row.type === type),
      month,
      (row) => row.opened,
    );
  }
}
