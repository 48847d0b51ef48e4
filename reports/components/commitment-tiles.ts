import type { Rate } from "./figures.js";
import type { Overview } from "./overview.js";
import { countChange, isMet, rateChange, showGap, showRate } from "./rates.js";
import type { Tile } from "./tiles.js";

/** How a rate stands to its goal; where the commitments of a clock have goals of their own, how many meet theirs. */
function against(
  overview: Overview,
  clock: string,
  value: Rate,
): Pick<Tile, "verdict" | "isMet" | "target"> {
  const { site } = overview;
  const goal = overview.goal(clock);
  if (value.ratio === null) return {};
  if (goal === null) {
    const { met, total } = overview.goalsMet(clock);
    return { verdict: site.word("tile.goals", { n: met, total }), isMet: met === total };
  }
  return {
    verdict: site.word("tile.goal", {
      goal: site.percent(goal / 100, 0),
      gap: showGap(site, value, goal),
    }),
    isMet: isMet(value, goal),
    target: goal / 100,
  };
}

/** Compliance by a clock, against its goal or goals. */
export function complianceTile(overview: Overview, clock: "resolution" | "response"): Tile | null {
  const { site, filters } = overview;
  if (!overview.data.sla.some((row) => row.clock === clock)) return null;
  const value = overview.compliance(filters.month, clock);
  return {
    metric: `sla_${clock}`,
    page: "sla",
    label:
      clock === "resolution" ? site.word("tile.sla_resolution") : site.word("tile.sla_response"),
    value: showRate(site, value),
    ...against(overview, clock, value),
    changes: overview
      .compared()
      .flatMap(({ month, name }) =>
        rateChange(site, value, overview.compliance(month, clock), name),
      ),
    series: overview.series((month) => overview.compliance(month, clock).ratio),
    show: (ratio) => site.percent(ratio),
  };
}

/** What is open and already late. */
export function lateTile(overview: Overview): Tile | null {
  const { site, data, filters } = overview;
  if (data.stock.length === 0) return null;
  const late = (month: string): number => overview.late(month);
  return {
    metric: "open_and_late",
    page: "sla",
    label: site.word("tile.open_and_late"),
    value: site.number(late(filters.month)),
    changes: overview
      .compared()
      .map(({ month, name }) => countChange(site, late(filters.month), late(month), name)),
    series: overview.series(late),
    show: (value) => site.number(value),
  };
}

/** The tool's own verdict. */
export function toolTile(overview: Overview): Tile | null {
  const { site, data, filters } = overview;
  const value = overview.verdict(filters.month);
  if (!data.tool.some(({ made, missed }) => made + missed > 0)) return null;
  return {
    metric: "tool_verdict",
    page: "sla",
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
