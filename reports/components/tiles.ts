import { html } from "htl";

import { pageLink } from "./filters.js";
import type { Site } from "./site.js";
import { sparkline, type SparkPoint } from "./sparkline.js";

export interface Tile {
  /** Its entry in the metric dictionary. */
  metric: string;
  /** The page that says more. */
  page: string;
  label: string;
  value: string;
  /** What stands under the value: the target and how far it is, or a part of the value. */
  verdict?: string;
  /** Whether the target is met; without one, absent. */
  isMet?: boolean | null;
  /** Changes in words. */
  changes: string[];
  series: SparkPoint[];
  target?: number;
  /** How a value of the series is said in the text alternative. */
  show: (value: number) => string;
}

function seriesText(site: Site, { series, show }: Tile): string {
  const known = series.flatMap(({ month, value }) => (value === null ? [] : [{ month, value }]));
  const first = known[0];
  const last = known.at(-1);
  if (!first || !last) return "";
  return site.word("spark.text", {
    first: site.month(first.month),
    last: site.month(last.month),
    from: show(first.value),
    to: show(last.value),
    low: show(Math.min(...known.map(({ value }) => value))),
    high: show(Math.max(...known.map(({ value }) => value))),
  });
}

/** The overview's tiles; each leads to the page that says more and to the definition of its figure. */
export function tileGrid(site: Site, tiles: Tile[]): HTMLElement {
  return html`<ul class="tiles" data-count=${tiles.length}>
    ${tiles.map((tile) => {
      const state = tile.isMet === true ? "met" : tile.isMet === false ? "late" : "";
      return html`<li class=${`tile ${state}`} id=${`tile-${tile.metric}`}>
        <a class="label" href=${pageLink(tile.page)}>${tile.label}</a>
        <span class="value">${tile.value}</span>
        <span class="verdict">${tile.verdict ?? ""}</span>
        <span class="changes"
          >${tile.changes.map((change) => html`<span class="change">${change}</span>`)}</span
        >
        ${sparkline(tile.series, seriesText(site, tile), tile.target)}
        <a
          class="definition"
          href=${pageLink("data", `metric-${tile.metric}`)}
          aria-label=${site.word("tile.definition_of", { label: tile.label })}
          >${site.word("tile.definition")}</a
        >
      </li>`;
    })}
  </ul>`;
}
