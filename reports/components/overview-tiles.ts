import { delayTile, flowTile, backlogTile, holdTile, reopenTile } from "./flow-tiles.js";
import { complianceTile, lateTile, toolTile } from "./commitment-tiles.js";
import { demandTile, recurrenceTile } from "./demand-tiles.js";
import type { Overview } from "./overview.js";
import type { Tile } from "./tiles.js";

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
  const pages = new Set(overview.site.pages.map(({ name }) => name));
  return [
    flowTile(overview),
    complianceTile(overview, "resolution"),
    complianceTile(overview, "response"),
    backlogTile(overview),
    delayTile(overview),
    reopenTile(overview),
    recurrenceTile(overview),
    demandTile(overview),
    lateTile(overview),
    toolTile(overview),
    holdTile(overview),
  ]
    .filter((tile) => tile !== null)
    .map((tile) => withheldSaid(overview, tile))
    .filter((tile) => tile !== null)
    .filter(({ series, page }) => pages.has(page) && series.some(({ value }) => value !== null))
    .slice(0, 8);
}
