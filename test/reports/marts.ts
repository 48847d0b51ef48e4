import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { tableFromIPC } from "apache-arrow";

import type { MartName, MartRow } from "../../reports/components/marts.ts";

/** Rows of a mart, as the files of an audience hold them. */
export function martRows<M extends MartName>(
  folder: string,
  audience: string,
  mart: M,
): MartRow<M>[] {
  const bytes = gunzipSync(readFileSync(join(folder, audience, `${mart}.arrow.gz`)));
  return tableFromIPC(bytes)
    .toArray()
    .map((row: { toJSON: () => MartRow<M> }) => row.toJSON());
}

/** The sum of a count. */
export function total<T>(rows: T[], count: (row: T) => number): number {
  return rows.reduce((sum, row) => sum + count(row), 0);
}
