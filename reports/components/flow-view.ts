import type { DelayData } from "./delays.js";
import type { Rate } from "./figures.js";
import type { Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import { cut, MonthView, type MonthData } from "./month-view.js";
import type { MonthRate } from "./rate-chart.js";
import type { Site } from "./site.js";

export interface FlowData extends DelayData, MonthData {
  flow: MartRow<"mart_flow_monthly">[];
  hold: MartRow<"mart_on_hold_monthly">[];
  handling: MartRow<"mart_handling_monthly">[];
}

/** What the Flow page shows, cut by the filters. */
export class FlowView extends MonthView<FlowData> {
  constructor(site: Site, data: FlowData, filters: Filters) {
    super(
      site,
      {
        ...data,
        flow: cut(site, filters, data.flow),
        hold: cut(site, filters, data.hold),
        handling: cut(site, filters, data.handling),
      },
      filters,
    );
  }

  flow(month: string, count: (row: FlowData["flow"][number]) => number): number {
    return this.total(this.data.flow, month, count);
  }

  handled(month: string, count: (row: FlowData["handling"][number]) => number): number {
    return this.total(this.data.handling, month, count);
  }

  /** The months up to the chosen one, with a rate of each that is firm when its follow-up has ended. */
  followed(value: (month: string) => Rate): MonthRate[] {
    const open = new Set(this.data.flow.filter((row) => !row.is_mature).map(({ month }) => month));
    return this.recent().map(({ month, isComplete }) => ({
      month,
      isFirm: isComplete && !open.has(month),
      value: value(month),
    }));
  }

  /** The last firm month in words, with its percentage where that may be said. */
  followedTitle(
    months: MonthRate[],
    say: (values: { n: number; total: number; month: string }) => string,
  ): string {
    const { site } = this;
    const firm = months.findLast(({ isFirm, value }) => isFirm && value.ratio !== null);
    if (!firm) return site.word("reopen.none");
    const { good, total, ratio, isSmall } = firm.value;
    const title = say({ n: good, total, month: site.month(firm.month) });
    return ratio === null || isSmall
      ? title
      : site.word("rate.share", { title, rate: site.percent(ratio) });
  }
}
