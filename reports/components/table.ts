import { html } from "htl";

import { fileName, toCsv, toTsv, type Cell } from "./csv.js";
import { copyText, saveFile } from "./download.js";
import type { Site } from "./site.js";

export interface Column<T> {
  label: string;
  /** The raw value, for the files. */
  value: (row: T) => Cell;
  /** What the page shows. Default: the value, numbers formatted. */
  show?: (row: T) => unknown;
  /** A small bar behind the number, as a share of 1. */
  bar?: (row: T) => number;
  isNumber?: boolean;
  /** Whether the cell stays on one line. */
  isShort?: boolean;
}

/** Rows that a phone shows as cards before "show all", as the style sheet has it. */
const cardLimit = 8;

/**
 * A table that can be copied, had as CSV, and that prints whole.
 *
 * @param options.limit rows shown before "show all". Default 15
 */
export function dataTable<T>(
  site: Site,
  options: {
    title: string;
    columns: Column<T>[];
    rows: T[];
    limit?: number;
    id?: (row: T) => string;
  },
): HTMLElement {
  const { title, columns, rows, limit = 15 } = options;
  const cells = (): Cell[][] => [
    columns.map(({ label }) => label),
    ...rows.map((row) => columns.map(({ value }) => value(row))),
  ];
  const status = html`<span role="status"></span>`;
  const copy = async (): Promise<void> => {
    await copyText(toTsv(cells(), site.language));
    status.textContent = site.word("table.copied");
  };
  const save = (): void =>
    saveFile(
      fileName(title, "csv"),
      new Blob([`\ufeff${toCsv(cells(), site.language)}`], { type: "text/csv;charset=utf-8" }),
    );
  const showAll = (event: Event): void => {
    box.classList.add("all");
    // The button goes, and the keyboard's place with it unless it moves to the rows.
    box.querySelector<HTMLElement>(".table-box")?.focus();
    (event.currentTarget as HTMLElement).remove();
  };
  const cell = ({ label, value, show, bar, isNumber, isShort }: Column<T>, row: T): HTMLElement => {
    const raw = value(row);
    const shown = show ? show(row) : typeof raw === "number" ? site.number(raw) : raw;
    const share = bar?.(row) ?? 0;
    const kinds = [
      isNumber ? "number" : isShort ? "short" : "",
      raw === null || raw === "" ? "empty" : "",
    ];
    return html`<td class=${kinds.join(" ").trim() || null} role="cell" data-label=${label}>
      ${
        bar
          ? html`<span class="bar" style=${`--share: ${(share * 100).toFixed(1)}%`}>${shown}</span>`
          : shown
      }
    </td>`;
  };
  // On a phone the rows of a wide table become cards; the roles keep it a table for screen readers.
  const box = html`<div class=${columns.length > 3 ? "table cards" : "table"}>
    <div class="table-box" tabindex="0" role="region" aria-label=${title}>
      <table role="table">
        <caption>
          ${title}
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            ${columns.map(({ label, isNumber }) => html`<th scope="col" role="columnheader" class=${isNumber ? "number" : null}>${label}</th>`)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${rows.map(
            (row, index) =>
              html`<tr
                role="row"
                class=${index < limit ? null : "extra"}
                id=${options.id?.(row) ?? null}
              >
                ${columns.map((column) => cell(column, row))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <div class="tools">
      ${
        rows.length > Math.min(limit, cardLimit)
          ? html`<button
              type="button"
              class=${rows.length > limit ? null : "few"}
              onclick=${showAll}
            >
              ${site.word("table.show_all", { n: rows.length })}
            </button>`
          : null
      }
      <button type="button" onclick=${copy}>${site.word("table.copy")}</button>
      <button type="button" onclick=${save}>${site.word("table.csv")}</button>
      ${status}
    </div>
  </div>`;
  return box;
}
