import { html } from "htl";

import { fileName } from "./csv.js";
import { saveFile } from "./download.js";
import { toPng, toSvg } from "./picture.js";
import type { Site } from "./site.js";
import { dataTable, type Column } from "./table.js";

/** Pixels between the margins of an A4 page. */
const paperWidth = 700;

/** Draws again for paper, where a drawing as wide as the screen would shrink to small print. */
function followPrinting(drawing: HTMLElement, redraw: (width: number) => void): void {
  const onScreen = (): void => redraw(drawing.clientWidth);
  const onPaper = (): void => {
    if (drawing.isConnected) return redraw(paperWidth);
    removeEventListener("beforeprint", onPaper);
    removeEventListener("afterprint", onScreen);
  };
  addEventListener("beforeprint", onPaper);
  addEventListener("afterprint", onScreen);
}

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
    const plot = draw(width);
    const svg = plot instanceof SVGSVGElement ? plot : plot.querySelector("svg");
    // Within an image these say nothing, and Plot writes them where no role allows them.
    for (const part of svg?.querySelectorAll("[aria-label]") ?? [])
      part.removeAttribute("aria-label");
    svg?.setAttribute("role", "img");
    svg?.setAttribute("aria-label", subtitle ? `${title}. ${subtitle}` : title);
    drawing.replaceChildren(plot);
  };
  new ResizeObserver(([entry]) => redraw(Math.floor(entry?.contentRect.width ?? 0))).observe(
    drawing,
  );
  followPrinting(drawing, redraw);
  const picture = (): ReturnType<typeof toSvg> | null => {
    const svg = drawing.querySelector("svg");
    return svg && toSvg(svg, title, subtitle);
  };
  const saveSvg = (): void => {
    const drawn = picture();
    if (drawn) saveFile(fileName(title, "svg"), new Blob([drawn.text], { type: "image/svg+xml" }));
  };
  const savePng = async (): Promise<void> => {
    const drawn = picture();
    if (drawn) saveFile(fileName(title, "png"), await toPng(drawn));
  };
  return html`<figure class="chart">
    <figcaption>
      <h3>${title}</h3>
      ${subtitle ? html`<p>${subtitle}</p>` : null}
    </figcaption>
    ${drawing}
    <div class="tools">
      <button type="button" onclick=${saveSvg}>${site.word("chart.svg")}</button>
      <button type="button" onclick=${savePng}>${site.word("chart.png")}</button>
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
