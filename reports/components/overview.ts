import type { DelayData } from "./delays.js";
import { rate, sum, type Rate } from "./figures.js";
import type { Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { cut, MonthView, type MonthData } from "./month-view.js";
import { isMet } from "./rates.js";
import type { Site } from "./site.js";
import type { SparkPoint } from "./sparkline.js";

export interface OverviewData extends DelayData, MonthData {
  flow: MartRow<"mart_flow_monthly">[];
  sla: MartRow<"mart_sla_monthly">[];
  stock: MartRow<"mart_sla_stock_monthly">[];
  tool: MartRow<"mart_tool_verdict_monthly">[];
  recurrence: MartRow<"mart_recurrence_monthly">[];
  demand: MartRow<"mart_demand_monthly">[];
  rates: MartRow<"mart_demand_rates">[];
}

/** Figures of one site filter, a month at a time. */
export class Overview extends MonthView<OverviewData> {
  constructor(site: Site, data: OverviewData, filters: Filters) {
    super(
      site,
      {
        ...data,
        flow: cut(site, filters, data.flow),
        sla: cut(site, filters, data.sla),
        stock: cut(site, filters, data.stock),
        tool: cut(site, filters, data.tool),
        demand: cut(site, filters, data.demand),
      },
      filters,
    );
  }

  flow(month: string, count: (row: MartRow<"mart_flow_monthly">) => number): number {
    return this.total(this.data.flow, month, count);
  }

  /** Verdicts by the contract's own month rule, over the commitments of a clock. */
  headline(month: string, clock: string): MartRow<"mart_sla_monthly">[] {
    return this.data.sla.filter(
      (row) => row.month === month && row.clock === clock && row.is_headline,
    );
  }

  /** Compliance over the commitments of a clock, or over one of them. */
  compliance(month: string, clock: string, commitment?: string): Rate {
    const rows = this.headline(month, clock).filter(
      ({ commitment_id }) => commitment === undefined || commitment_id === commitment,
    );
    return rate(
      sum(rows, ({ met }) => met),
      sum(rows, ({ breached }) => breached),
    );
  }

  /** The goal of a clock, percent; null when its commitments differ. */
  goal(clock: string): number | null {
    const goals = new Set(
      this.site.context.commitments.filter((each) => each.clock === clock).map(({ goal }) => goal),
    );
    return goals.size === 1 ? ([...goals][0] ?? null) : null;
  }

  /** Of the commitments of a clock with tickets in the month, those that meet their own goal. */
  goalsMet(clock: string): { met: number; total: number } {
    const { commitments } = this.site.context;
    // Versions of a commitment share its id; the last one is the one in force.
    const goals = new Map(
      commitments.filter((each) => each.clock === clock).map(({ id, goal }) => [id, goal]),
    );
    const verdicts = [...goals]
      .map(([id, goal]) => isMet(this.compliance(this.filters.month, clock, id), goal))
      .filter((verdict) => verdict !== null);
    return { met: verdicts.filter(Boolean).length, total: verdicts.length };
  }

  late(month: string): number {
    return this.total(
      this.data.stock.filter(({ clock }) => clock === "resolution"),
      month,
      (row) => row.open_late,
    );
  }

  verdict(month: string): Rate {
    return rate(
      this.total(this.data.tool, month, ({ made }) => made),
      this.total(this.data.tool, month, ({ missed }) => missed),
    );
  }

  reopening(month: string): Rate {
    const reopened = this.flow(month, (row) => row.followed_reopened);
    return rate(reopened, this.flow(month, ({ followed }) => followed) - reopened);
  }

  /** What came back, as it stood when the month ended. */
  recurrence(month: string): MartRow<"mart_recurrence_monthly"> | undefined {
    const entity = this.filters.entity || "*";
    return this.data.recurrence.find((row) => row.month === month && row.entity_id === entity);
  }

  /** Tickets that people opened. */
  demand(month: string, type = ""): number {
    return this.total(
      this.data.demand.filter(
        (row) =>
          row.dimension === "all" && row.origin === "people" && (type === "" || row.type === type),
      ),
      month,
      ({ opened }) => opened,
    );
  }

  /** Tickets that people opened per 100 users; null where no headcount is known. */
  demandRate(month: string): number | null {
    const entity = this.filters.entity || "*";
    const row = this.data.rates.find(
      (each) => each.month === month && each.entity_id === entity && each.type === "*",
    );
    return row?.rate ?? null;
  }

  /** The months whose follow-up has ended, up to the chosen one. */
  matureMonths(): { month: string; isComplete: boolean }[] {
    const open = new Set(this.data.flow.filter((row) => !row.is_mature).map(({ month }) => month));
    return this.recent(Infinity).filter(({ month, isComplete }) => isComplete && !open.has(month));
  }

  series(value: (month: string) => number | null, months = this.recent()): SparkPoint[] {
    return months.map(({ month, isComplete }) => ({ month, isComplete, value: value(month) }));
  }
}
