import { delayOf, delayTime, showDelay, type DelayData } from "./delays.js";
import { rate, sum, type Rate } from "./figures.js";
import { recentMonths, siteTest, type Filters } from "./filters.js";
import type { MartRow } from "./marts.js";
import {
  comparedMonths,
  countChange,
  durationChange,
  isMet,
  rateChange,
  rowsOf,
  showGap,
  showRate,
} from "./rates.js";
import type { Site } from "./site.js";
import type { SparkPoint } from "./sparkline.js";
import type { Tile } from "./tiles.js";

export interface OverviewData extends DelayData {
  months: MartRow<"mart_months">[];
  flow: MartRow<"mart_flow_monthly">[];
  sla: MartRow<"mart_sla_monthly">[];
  stock: MartRow<"mart_sla_stock_monthly">[];
  tool: MartRow<"mart_tool_verdict_monthly">[];
  fitness: MartRow<"mart_fitness">[];
}

/** Figures of one site filter, a month at a time. */
export class Overview {
  readonly site: Site;
  readonly data: OverviewData;
  readonly filters: Filters;
  readonly isSeen: (siteId: string) => boolean;

  constructor(site: Site, data: OverviewData, filters: Filters) {
    this.site = site;
    this.data = data;
    this.filters = filters;
    this.isSeen = siteTest(site, filters);
  }

  flow(month: string, count: (row: MartRow<"mart_flow_monthly">) => number): number {
    return sum(rowsOf(this.data.flow, month, this.isSeen), count);
  }

  /** Compliance by the contract's own month rule, over the commitments of a clock. */
  compliance(month: string, clock: string): Rate {
    const rows = rowsOf(this.data.sla, month, this.isSeen).filter(
      (row) => row.clock === clock && row.is_headline,
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

  late(month: string): number {
    const rows = rowsOf(this.data.stock, month, this.isSeen);
    return sum(
      rows.filter(({ clock }) => clock === "resolution"),
      (row) => row.open_late,
    );
  }

  verdict(month: string): Rate {
    const rows = rowsOf(this.data.tool, month, this.isSeen);
    return rate(
      sum(rows, ({ made }) => made),
      sum(rows, ({ missed }) => missed),
    );
  }

  reopening(month: string): Rate {
    const rows = rowsOf(this.data.flow, month, this.isSeen);
    const reopened = sum(rows, (row) => row.followed_reopened);
    return rate(reopened, sum(rows, ({ followed }) => followed) - reopened);
  }

  /** The months whose follow-up has ended, up to the chosen one. */
  matureMonths(): string[] {
    const immature = new Set(
      this.data.flow.filter((row) => !row.is_mature).map(({ month }) => month),
    );
    return this.data.months
      .filter(
        ({ month, is_complete }) =>
          month <= this.filters.month && is_complete && !immature.has(month),
      )
      .map(({ month }) => month);
  }

  series(
    value: (month: string) => number | null,
    months = recentMonths(this.data.months, this.filters),
  ): SparkPoint[] {
    return months.map(({ month, is_complete }) => ({
      month,
      value: value(month),
      isComplete: is_complete,
    }));
  }

  isComplete(): boolean {
    return this.data.months.some((row) => row.month === this.filters.month && row.is_complete);
  }

  compared(month = this.filters.month): { month: string; name: string }[] {
    return comparedMonths(this.site, this.data.months, month);
  }
}

function flowTile(overview: Overview): Tile {
  const { site, filters } = overview;
  const opened = (month: string): number => overview.flow(month, (row) => row.opened);
  const resolved = overview.flow(filters.month, (row) => row.resolved);
  return {
    metric: "opened",
    label: site.word("tile.flow"),
    value: site.word("tile.flow_value", { opened: opened(filters.month), resolved }),
    changes: overview.compared().map(({ month, name }) =>
      site.word("tile.opened_change", {
        change: countChange(site, opened(filters.month), opened(month), name),
      }),
    ),
    series: overview.series(opened),
    show: (value) => site.number(value),
  };
}

function complianceTile(overview: Overview, clock: "resolution" | "response"): Tile | null {
  const { site, filters } = overview;
  if (!overview.data.sla.some((row) => row.clock === clock)) return null;
  const value = overview.compliance(filters.month, clock);
  const goal = overview.goal(clock);
  return {
    metric: `sla_${clock}`,
    label:
      clock === "resolution" ? site.word("tile.sla_resolution") : site.word("tile.sla_response"),
    value: showRate(site, value),
    ...(goal === null || value.ratio === null
      ? {}
      : {
          verdict: site.word("tile.goal", {
            goal: site.percent(goal / 100, 0),
            gap: showGap(site, value, goal),
          }),
          isMet: isMet(value, goal),
          target: goal / 100,
        }),
    changes: overview
      .compared()
      .flatMap(({ month, name }) =>
        rateChange(site, value, overview.compliance(month, clock), name),
      ),
    series: overview.series((month) => overview.compliance(month, clock).ratio),
    show: (ratio) => site.percent(ratio),
  };
}

function backlogTile(overview: Overview): Tile {
  const { site, filters } = overview;
  const backlog = (month: string): number => overview.flow(month, (row) => row.backlog_end);
  const old = overview.flow(filters.month, (row) => row.age_31_90 + row.age_over_90);
  return {
    metric: "backlog",
    label: overview.isComplete() ? site.word("tile.backlog") : site.word("tile.backlog_now"),
    value: site.number(backlog(filters.month)),
    verdict: site.word("tile.over_30_days", { n: old }),
    changes: overview
      .compared()
      .map(({ month, name }) => countChange(site, backlog(filters.month), backlog(month), name)),
    series: overview.series(backlog),
    show: (value) => site.number(value),
  };
}

function delayTile(overview: Overview): Tile | null {
  const { site, data, filters } = overview;
  if (data.quantiles.length === 0) return null;
  const time = delayTime(site, data);
  const of = (month: string): ReturnType<typeof delayOf> =>
    delayOf(site, data, filters, { month, priority: "*", time });
  const now = of(filters.month);
  return {
    metric: "time_to_resolve",
    label: site.word("tile.p90"),
    value: showDelay(site, now.p90, now.isApproximate, time),
    verdict: site.word("tile.median", {
      median: showDelay(site, now.median, now.isApproximate, time),
      time: site.wordOf("time", time),
    }),
    changes: overview.compared().flatMap(({ month, name }) => {
      const before = of(month).p90;
      // Two approximations may differ by their error alone.
      if (now.p90 === null || before === null || now.isApproximate) return [];
      return [durationChange(site, now.p90, before, name, time)];
    }),
    series: overview.series((month) => of(month).p90),
    show: (seconds) => site.duration(seconds, time),
  };
}

function reopenTile(overview: Overview): Tile | null {
  const { site } = overview;
  const mature = overview.matureMonths();
  const month = mature.at(-1);
  if (month === undefined || overview.reopening(month).ratio === null) return null;
  const value = overview.reopening(month);
  return {
    metric: "reopen_rate",
    label: site.word("tile.reopen_rate", { month: site.month(month) }),
    value: showRate(site, value),
    verdict: site.word("tile.reopened", { n: value.good, total: value.total }),
    changes: overview
      .compared(month)
      .flatMap((other) => rateChange(site, value, overview.reopening(other.month), other.name)),
    series: overview.series(
      (each) => overview.reopening(each).ratio,
      overview.data.months.filter((row) => mature.includes(row.month)).slice(-13),
    ),
    show: (ratio) => site.percent(ratio),
  };
}

function lateTile(overview: Overview): Tile | null {
  const { site, data, filters } = overview;
  if (data.stock.length === 0) return null;
  const late = (month: string): number => overview.late(month);
  return {
    metric: "open_and_late",
    label: site.word("tile.open_and_late"),
    value: site.number(late(filters.month)),
    changes: overview
      .compared()
      .map(({ month, name }) => countChange(site, late(filters.month), late(month), name)),
    series: overview.series(late),
    show: (value) => site.number(value),
  };
}

function toolTile(overview: Overview): Tile | null {
  const { site, data, filters } = overview;
  const value = overview.verdict(filters.month);
  if (!data.tool.some(({ made, missed }) => made + missed > 0)) return null;
  return {
    metric: "tool_verdict",
    label: site.word("tile.tool_verdict"),
    value: showRate(site, value),
    verdict: site.word("tile.tool_note"),
    changes: overview
      .compared()
      .flatMap(({ month, name }) => rateChange(site, value, overview.verdict(month), name)),
    series: overview.series((month) => overview.verdict(month).ratio),
    show: (ratio) => site.percent(ratio),
  };
}

function holdTile(overview: Overview): Tile | null {
  const { site, data, filters } = overview;
  if (!data.flow.some(({ on_hold_end }) => on_hold_end > 0)) return null;
  const held = (month: string): number => overview.flow(month, (row) => row.on_hold_end);
  return {
    metric: "on_hold",
    label: overview.isComplete() ? site.word("tile.on_hold") : site.word("tile.on_hold_now"),
    value: site.number(held(filters.month)),
    changes: overview
      .compared()
      .map(({ month, name }) => countChange(site, held(filters.month), held(month), name)),
    series: overview.series(held),
    show: (value) => site.number(value),
  };
}

/** A tile with the sources whose data do not bear its figure; null when none does. */
function withheldSaid({ site, data }: Overview, tile: Tile): Tile | null {
  const rows = data.fitness.filter((row) => row.metric_id === tile.metric);
  const withheld = rows.filter((row) => row.is_withheld).map((row) => row.source_id);
  if (withheld.length === 0) return tile;
  if (withheld.length === rows.length) return null;
  const sources =
    withheld.length <= 2 ? withheld.join(", ") : site.word("notes.sources", { n: withheld.length });
  return { ...tile, changes: [...tile.changes, site.word("tile.withheld", { sources })] };
}

/** Up to eight tiles in order of importance; one without data leaves its place to the next. */
export function overviewTiles(overview: Overview): Tile[] {
  return [
    flowTile(overview),
    complianceTile(overview, "resolution"),
    complianceTile(overview, "response"),
    backlogTile(overview),
    delayTile(overview),
    reopenTile(overview),
    lateTile(overview),
    toolTile(overview),
    holdTile(overview),
  ]
    .filter((tile) => tile !== null)
    .map((tile) => withheldSaid(overview, tile))
    .filter((tile) => tile !== null)
    .filter(({ series }) => series.some(({ value }) => value !== null))
    .slice(0, 8);
}
