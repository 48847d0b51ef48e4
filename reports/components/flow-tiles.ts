import { delayOf, delayTime, showDelay } from "./delays.js";
import type { Overview } from "./overview.js";
import { countChange, durationChange, rateChange, showRate } from "./rates.js";
import type { Tile } from "./tiles.js";

/** Tickets opened and resolved. */
export function flowTile(overview: Overview): Tile {
  const { site, filters } = overview;
  const opened = (month: string): number => overview.flow(month, (row) => row.opened);
  const resolved = overview.flow(filters.month, (row) => row.resolved);
  return {
    metric: "opened",
    page: "flow",
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

/** The backlog, and what of it is old. */
export function backlogTile(overview: Overview): Tile {
  const { site, filters } = overview;
  const backlog = (month: string): number => overview.flow(month, (row) => row.backlog_end);
  const old = overview.flow(filters.month, (row) => row.age_31_90 + row.age_over_90);
  return {
    metric: "backlog",
    page: "flow",
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

/** The time in which nine tickets in ten are resolved. */
export function delayTile(overview: Overview): Tile | null {
  const { site, data, filters } = overview;
  if (data.quantiles.length === 0) return null;
  const time = delayTime(site, data);
  const of = (month: string): ReturnType<typeof delayOf> =>
    delayOf(site, data, filters, { month, priority: "*", time });
  const now = of(filters.month);
  return {
    metric: "time_to_resolve",
    page: "flow",
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

/** Reopenings of the last month whose follow-up has ended. */
export function reopenTile(overview: Overview): Tile | null {
  const { site } = overview;
  const mature = overview.matureMonths();
  const month = mature.at(-1)?.month;
  if (month === undefined || overview.reopening(month).ratio === null) return null;
  const value = overview.reopening(month);
  return {
    metric: "reopen_rate",
    page: "flow",
    label: site.word("tile.reopen_rate", { month: site.month(month) }),
    value: showRate(site, value),
    verdict: site.word("tile.reopened", { n: value.good, total: value.total }),
    changes: overview
      .compared(month)
      .flatMap((other) => rateChange(site, value, overview.reopening(other.month), other.name)),
    series: overview.series((each) => overview.reopening(each).ratio, mature.slice(-13)),
    show: (ratio) => site.percent(ratio),
  };
}

/** What of the backlog waits. */
export function holdTile(overview: Overview): Tile | null {
  const { site, data, filters } = overview;
  if (!data.flow.some(({ on_hold_end }) => on_hold_end > 0)) return null;
  const held = (month: string): number => overview.flow(month, (row) => row.on_hold_end);
  return {
    metric: "on_hold",
    page: "flow",
    label: overview.isComplete() ? site.word("tile.on_hold") : site.word("tile.on_hold_now"),
    value: site.number(held(filters.month)),
    changes: overview
      .compared()
      .map(({ month, name }) => countChange(site, held(filters.month), held(month), name)),
    series: overview.series(held),
    show: (value) => site.number(value),
  };
}
