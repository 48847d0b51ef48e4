import type { DuckDBConnection } from "@duckdb/node-api";
import { rows } from "../ingest/query.ts";
import { loadMetrics } from "../transform/metrics.ts";

/** What the marts hold back, and what makes an export doubtful as a whole. */
export interface Doubts {
  /** Lines that nobody should miss. */
  warnings: string[];
  /** Figures withheld, by source and reason. */
  withheld: { source: string; reason: string; metrics: string[] }[];
}

const WARNINGS: Record<string, (doubt: Doubt) => string> = {
  row_limit: ({ records }) =>
    `a file of exactly ${records} rows, which is where tools stop an export: export in several periods`,
  none_open: ({ records }) =>
    `none of its ${records} tickets is open: export without a filter on the status`,
  one_month: ({ records }) =>
    `its ${records} tickets were all opened in one month: export the months before too`,
  one_priority: ({ records, of_records, value }) =>
    `${records} of ${of_records} tickets have priority ${value}: targets by priority then say little`,
};

interface Doubt {
  source_id: string;
  kind: string;
  value: string;
  records: number;
  of_records: number;
  is_cut: boolean;
}

const REASONS: Record<string, (field: string) => string> = {
  missing_field: (field) => `no ${field}`,
  below_threshold: (field) => `too few records with ${field}`,
  cut_export: () => "the export seems to be cut",
  no_changes: () => "no changes were exported",
  no_assets: () => "no assets were exported",
  no_entitlements: () => "no licences were exported",
  no_problems: () => "no problems were exported",
  no_known_errors: () => "no known errors were exported",
  no_incidents: () => "no incidents were exported",
};

/** Reads the doubts out of the current marts. A missing contract, headcount or optional input is no fault of a source. */
export async function readDoubts(connection: DuckDBConnection): Promise<Doubts> {
  const found = await rows<Doubt>(
    connection,
    "select distinct source_id, kind, value, records, of_records, is_cut from marts.mart_warnings order by all",
  );
  const warnings = found.map((doubt) => {
    const held = doubt.is_cut ? "; backlog and open breaches are withheld" : "";
    return `warning    ${doubt.source_id}: ${WARNINGS[doubt.kind]!(doubt)}${held}`;
  });
  const withheld = await rows<{ source: string; reason: string; field: string; metric: string }>(
    connection,
    `select distinct source_id as source, reason, field, metric_id as metric from marts.mart_fitness
     where is_withheld and reason not in ('no_contract', 'no_headcount', 'no_input') order by all`,
  );
  const names = new Map((await loadMetrics()).map(({ id, name }) => [id, name.en]));
  const groups = new Map<string, Doubts["withheld"][number]>();
  for (const { source, reason, field, metric } of withheld) {
    const why = REASONS[reason]!(field);
    const group = groups.get(`${source} ${why}`) ?? { source, reason: why, metrics: [] };
    group.metrics.push(names.get(metric) ?? metric);
    groups.set(`${source} ${why}`, group);
  }
  return { warnings, withheld: [...groups.values()] };
}
