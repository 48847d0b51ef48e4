import { html } from "htl";

import { fileName } from "./csv.js";
import { saveFile, toSvg } from "./download.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

/**
 * A chart in its frame: a title that says the answer, the drawing, which follows the width it has,
 * and its figures as a table for those who do not see it.
 */
export function chart<T>(
  site: Site,
  options: {
    title: string;
    subtitle?: string;
    /** Draws at a width in pixels. */
    draw: (width: number) => Element;
    columns: Column<T>[];
    rows: T[];
    /** Rows of figures shown before "show all". Default 15 */
    limit?: number;
  },
): HTMLElement {
  const { title, subtitle, draw } = options;
  const drawing = html`<div class="drawing"></div>`;
  let drawnWidth = 0;
  const redraw = (width: number): void => {
    if (width < 100 || Math.abs(width - drawnWidth) < 2) return;
    drawnWidth = width;
    const plot = draw(Math.min(width, 860));
    const svg = plot instanceof SVGSVGElement ? plot : plot.querySelector("svg");
    svg?.setAttribute("role", "img");
    svg?.setAttribute("aria-label", subtitle ? `${title}. ${subtitle}` : title);
    drawing.replaceChildren(plot);
  };
  new ResizeObserver(([entry]) => redraw(Math.floor(entry?.contentRect.width ?? 0))).observe(
    drawing,
  );
  const save = (): void => {
    const svg = drawing.querySelector("svg");
    if (svg) saveFile(fileName(title, "svg"), "image/svg+xml", toSvg(svg));
  };
  return html`<figure class="chart">
    <figcaption>
      <h3>${title}</h3>
      ${subtitle ? html`<p>${subtitle}</p>` : null}
    </figcaption>
    ${drawing}
    <div class="tools">
      <button type="button" onclick=${save}>${site.word("chart.svg")}</button>
      <details>
        <summary>${site.word("chart.figures")}</summary>
        ${dataTable(site, {
          title,
          columns: options.columns,
          rows: options.rows,
          ...(options.limit === undefined ? {} : { limit: options.limit }),
        })}
      </details>
    </div>
  </figure>`;
}

/** The months to label, so that labels stay horizontal and apart. */
export function labelledMonths(months: string[], width: number): string[] {
  const step = Math.ceil(months.length / Math.max(2, Math.floor(width / 52)));
  return months.filter((_, index) => (months.length - 1 - index) % step === 0);
}

/** A month's axis label; the year stands under the first one and under January. */
export function monthLabel(site: Site, month: string, labelled: string[]): string {
  const index = labelled.indexOf(month);
  const year = month.slice(0, 4);
  const isFirstOfYear = index === 0 || labelled[index - 1]?.slice(0, 4) !== year;
  return isFirstOfYear ? `${site.monthShort(month)}\n${year}` : site.monthShort(month);
}

/** A count's axis label: nothing between whole numbers. */
export function countLabel(site: Site, count: number): string {
  return Number.isInteger(count) ? site.number(count) : "";
}
