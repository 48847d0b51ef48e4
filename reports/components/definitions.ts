import { html } from "htl";

import { pageLink } from "./filters.js";
import type { MartRow } from "./marts.js";
import type { Site } from "./site.js";

/** Whether a figure is withheld for every source, so that there is nothing to say of it. */
export const isWithheldEverywhere = (fitness: MartRow<"mart_fitness">[], id: string): boolean => {
  const rows = fitness.filter((row) => row.metric_id === id);
  return rows.length > 0 && rows.every((row) => row.is_withheld);
};

/** Links from a section to the definitions of its figures, with the sources for which one is withheld. */
export function definitions(
  site: Site,
  fitness: MartRow<"mart_fitness">[],
  ids: string[],
): HTMLElement {
  const links = ids.map((id) => {
    const name = site.text(site.metrics.find((metric) => metric.id === id)?.name) || id;
    const sources = fitness
      .filter((row) => row.metric_id === id && row.is_withheld)
      .map((row) => row.source_id);
    const said =
      sources.length <= 2 ? sources.join(", ") : site.word("notes.sources", { n: sources.length });
    return html`<li>
      <a href=${pageLink("data", `metric-${id}`)}>${name}</a>${
        sources.length > 0 ? ` (${site.word("tile.withheld", { sources: said })})` : null
      }
    </li>`;
  });
  return html`<div class="definitions">
    ${site.word("notes.definitions")}
    <ul>
      ${links}
    </ul>
  </div>`;
}
