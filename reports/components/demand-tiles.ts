import type { Overview } from "./overview.js";
import { countChange } from "./rates.js";
import type { Tile } from "./tiles.js";

/** What came back in 90 days, and the families to work on. */
export function recurrenceTile(overview: Overview): Tile | null {
  const { site, filters } = overview;
  const now = overview.recurrence(filters.month);
  if (!now) return null;
  const whole = (month: string): number | null => {
    const row = overview.recurrence(month);
    return row?.has_full_window ? row.occurrences_90_days : null;
  };
  return {
    metric: "recurrent_occurrences",
    page: "recurring",
    label: site.word("tile.recurrence"),
    value: site.number(now.occurrences_90_days),
    verdict: site.word("tile.working_list", { n: now.working_list }),
    changes: now.has_full_window
      ? overview.compared().flatMap(({ month, name }) => {
          const before = whole(month);
          return before === null ? [] : countChange(site, now.occurrences_90_days, before, name);
        })
      : [site.word("tile.window")],
    series: overview
      .series(whole)
      .map((point) =>
        point.month === filters.month && !now.has_full_window
          ? { ...point, value: now.occurrences_90_days, isComplete: false }
          : point,
      ),
    show: (value) => site.number(value),
  };
}

/** What people asked for: per 100 users where they are counted, else in tickets. */
export function demandTile(overview: Overview): Tile {
  const { site, filters } = overview;
  const opened = (month: string): number => overview.demand(month);
  const now = overview.demandRate(filters.month);
  const asked = site.word("tile.demand_of", {
    n: opened(filters.month),
    requests: overview.demand(filters.month, "request"),
  });
  if (now === null) {
    return {
      metric: "demand",
      page: "demand",
      label: site.word("tile.demand"),
      value: site.number(opened(filters.month)),
      verdict: asked,
      changes: overview
        .compared()
        .map(({ month, name }) => countChange(site, opened(filters.month), opened(month), name)),
      series: overview.series(opened),
      show: (value) => site.number(value),
    };
  }
  return {
    metric: "demand_rate",
    page: "demand",
    label: site.word("tile.demand_rate"),
    value: site.number(now, 1),
    verdict: asked,
    changes: overview.compared().flatMap(({ month, name }) => {
      const before = overview.demandRate(month);
      if (before === null) return [];
      const tenths = Math.round((now - before) * 10);
      const values = { n: site.number(Math.abs(tenths) / 10, 1), month: name };
      if (tenths === 0) return [site.word("change.same", values)];
      return [tenths > 0 ? site.word("change.more", values) : site.word("change.fewer", values)];
    }),
    series: overview.series((month) => overview.demandRate(month)),
    show: (value) => site.number(value, 1),
  };
}
