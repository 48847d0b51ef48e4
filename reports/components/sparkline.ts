import { html, svg } from "htl";

export interface SparkPoint {
  month: string;
  /** Null where the month has no figure. */
  value: number | null;
  isComplete: boolean;
}

/**
 * A line of months beside a figure, the last one strong, incomplete ones pale, with the target.
 *
 * @param label its text alternative
 */
export function sparkline(points: SparkPoint[], label: string, target?: number): HTMLElement {
  const width = 160;
  const height = 40;
  const values = points.flatMap(({ value }) => value ?? []);
  if (values.length < 2) return html`<span class="sparkline"></span>`;
  const low = Math.min(...values, target ?? Infinity);
  const high = Math.max(...values, target ?? -Infinity);
  const x = (index: number): number => 4 + (index * (width - 8)) / Math.max(1, points.length - 1);
  const y = (value: number): number =>
    high === low ? height / 2 : height - 5 - ((value - low) * (height - 10)) / (high - low);
  let path = "";
  let isPenDown = false;
  for (const [index, { value, isComplete }] of points.entries()) {
    if (value !== null && isComplete)
      path += `${isPenDown ? "L" : "M"}${x(index).toFixed(1)},${y(value).toFixed(1)}`;
    isPenDown = value !== null && isComplete;
  }
  const dots = points.map(({ value, isComplete }, index) => {
    const isLast = index === points.length - 1;
    if (value === null || (isComplete && !isLast)) return null;
    return svg`<circle cx=${x(index)} cy=${y(value)} r=${isLast ? 3.5 : 2} class=${isComplete ? "now" : "pale"}></circle>`;
  });
  return html`<svg class="sparkline" viewBox="0 0 160 40" role="img" aria-label=${label}>
    ${target === undefined ? null : svg`<line x1="0" x2="160" y1=${y(target)} y2=${y(target)} class="target"></line>`}
    ${svg`<path d=${path}></path>`}${dots}
  </svg>`;
}
