import { tableFromIPC } from "apache-arrow";

/** The columns that pages read. `measure` may be null, where a figure does not exist. */
export const martColumns = {
  mart_months: {
    month: "text",
    sources_total: "count",
    sources_complete: "count",
    is_complete: "flag",
  },
  mart_sources: {
    source_id: "text",
    tool: "text",
    instance: "text",
    zone: "text",
    data_through_local: "text",
    data_through_basis: "text",
    tickets: "count",
    records: "count",
    accepted: "count",
    quarantined: "count",
    imports: "count",
    history: "text",
    tells_pauses: "flag",
    tells_actors: "flag",
    tells_reopenings: "flag",
    disagreements: "count",
  },
  mart_imports: {
    import_id: "text",
    source_id: "text",
    file: "text",
    record_kind: "text",
    received_local: "text",
    records: "count",
    accepted: "count",
    inserted: "count",
    unchanged: "count",
    quarantined: "count",
    mapping: "text",
    sha256: "text",
  },
  mart_quarantine: {
    source_id: "text",
    file: "text",
    column_name: "text",
    reason: "text",
    records: "count",
    first_line: "count",
  },
  mart_unmapped: { source_id: "text", field: "text", value: "text", records: "count" },
  mart_data_notes: { source_id: "text", kind: "text", field: "text", records: "count" },
  mart_warnings: {
    source_id: "text",
    kind: "text",
    value: "text",
    records: "count",
    of_records: "count",
    is_cut: "flag",
  },
  mart_fitness: {
    metric_id: "text",
    source_id: "text",
    usable: "count",
    total: "count",
    threshold: "measure",
    is_withheld: "flag",
    reason: "text",
    field: "text",
  },
  mart_sla_monthly: {
    month: "text",
    commitment_id: "text",
    clock: "text",
    month_rule: "text",
    is_headline: "flag",
    site_id: "text",
    type: "text",
    priority: "text",
    met: "count",
    provisional: "count",
    breached: "count",
    cancelled: "count",
    not_computable: "count",
  },
  mart_sla_stock_monthly: {
    month: "text",
    commitment_id: "text",
    clock: "text",
    site_id: "text",
    type: "text",
    priority: "text",
    open: "count",
    open_late: "count",
    open_on_hold: "count",
    open_at_risk: "count",
  },
  mart_flow_monthly: {
    month: "text",
    site_id: "text",
    type: "text",
    priority: "text",
    opened: "count",
    reopened: "count",
    resolved: "count",
    cancelled: "count",
    backlog_start: "count",
    backlog_end: "count",
    on_hold_end: "count",
    age_0_1: "count",
    age_2_5: "count",
    age_6_30: "count",
    age_31_90: "count",
    age_over_90: "count",
    followed: "count",
    followed_reopened: "count",
    is_mature: "flag",
  },
  mart_on_hold_monthly: {
    month: "text",
    site_id: "text",
    type: "text",
    priority: "text",
    hold_reason: "text",
    on_hold_end: "count",
  },
  mart_handling_monthly: {
    month: "text",
    site_id: "text",
    type: "text",
    priority: "text",
    support_level: "text",
    resolved: "count",
    reassigned_0: "count",
    reassigned_1: "count",
    reassigned_2: "count",
    reassigned_3_more: "count",
    escalated: "count",
    first_contact_eligible: "count",
    first_contact: "count",
    is_mature: "flag",
  },
  mart_demand_monthly: {
    month: "text",
    site_id: "text",
    type: "text",
    origin: "text",
    dimension: "text",
    value: "text",
    opened: "count",
  },
  mart_demand_hours: {
    month: "text",
    site_id: "text",
    type: "text",
    origin: "text",
    weekday: "count",
    hour: "count",
    is_closed: "flag",
    opened: "count",
  },
  mart_demand_slots: {
    month: "text",
    site_id: "text",
    weekday: "count",
    hour: "count",
    is_closed: "flag",
    slots: "count",
  },
  mart_demand_rates: {
    month: "text",
    entity_id: "text",
    type: "text",
    opened: "count",
    users: "count",
    rate: "measure",
    low: "measure",
    high: "measure",
    sites: "count",
    sites_left_out: "count",
    opened_left_out: "count",
  },
  mart_demand_agents: {
    month: "text",
    entity_id: "text",
    opened: "count",
    agents: "measure",
    per_agent: "measure",
    sites: "count",
    sites_left_out: "count",
    opened_left_out: "count",
  },
  mart_delays_monthly: {
    month: "text",
    site_id: "text",
    type: "text",
    priority: "text",
    time: "text",
    bucket: "count",
    tickets: "count",
    sum_seconds: "measure",
  },
  mart_delay_quantiles_monthly: {
    month: "text",
    site_id: "text",
    type: "text",
    priority: "text",
    time: "text",
    tickets: "count",
    median_seconds: "measure",
    p90_seconds: "measure",
    mean_seconds: "measure",
  },
  mart_tool_verdict_monthly: {
    month: "text",
    site_id: "text",
    type: "text",
    priority: "text",
    made: "count",
    missed: "count",
    unknown: "count",
  },
  mart_families: {
    family_id: "text",
    name: "text",
    label: "text",
    service: "text",
    category: "text",
    key_words: "text",
    sample_2: "text",
    sample_3: "text",
    sample_4: "text",
    sample_5: "text",
    occurrences: "count",
    occurrences_30_days: "count",
    occurrences_90_days: "count",
    occurrences_180_days: "count",
    tickets: "count",
    tickets_90_days: "count",
    user_hours: "measure",
    user_hours_90_days: "measure",
    sites: "count",
    assets: "count",
    first_date: "text",
    last_date: "text",
    is_recurrent: "flag",
    is_working_list: "flag",
    is_catch_all: "flag",
    problems: "count",
    problems_open: "count",
    problem_list: "text",
    decision: "text",
    reference: "text",
    owner: "text",
    due_date: "text",
    watch_until: "text",
    decided_by: "text",
    decided_on: "text",
    comment: "text",
    week_01: "count",
    week_02: "count",
    week_03: "count",
    week_04: "count",
    week_05: "count",
    week_06: "count",
    week_07: "count",
    week_08: "count",
    week_09: "count",
    week_10: "count",
    week_11: "count",
    week_12: "count",
    week_13: "count",
    week_14: "count",
    week_15: "count",
    week_16: "count",
    week_17: "count",
    week_18: "count",
    week_19: "count",
    week_20: "count",
    week_21: "count",
    week_22: "count",
    week_23: "count",
    week_24: "count",
    week_25: "count",
    week_26: "count",
  },
  mart_family_sites: {
    family_id: "text",
    site_id: "text",
    occurrences: "count",
    occurrences_90_days: "count",
    tickets: "count",
    assets: "count",
  },
  mart_family_assets: {
    family_id: "text",
    asset_id: "text",
    site_id: "text",
    occurrences: "count",
    occurrences_90_days: "count",
    tickets: "count",
  },
  mart_family_weekly: {
    family_id: "text",
    week: "text",
    occurrences: "count",
    tickets: "count",
  },
  mart_recurrence_monthly: {
    month: "text",
    entity_id: "text",
    occurrences_90_days: "count",
    families: "count",
    working_list: "count",
  },
  mart_occurrence_totals: {
    site_id: "text",
    last_date: "text",
    occurrences_90_days: "count",
    user_hours_90_days: "measure",
  },
} as const;

type Kinds = { text: string; count: number; measure: number | null; flag: boolean };
type Columns = typeof martColumns;
export type MartName = keyof Columns;
export type MartRow<M extends MartName> = {
  [C in keyof Columns[M]]: Kinds[Columns[M][C] & keyof Kinds];
};

type Raw = string | number | bigint | boolean | null | undefined;

function convert(kind: keyof Kinds, value: Raw): string | number | boolean | null {
  if (kind === "text") return value === null || value === undefined ? "" : String(value);
  if (kind === "flag") return Boolean(value);
  if (value === null || value === undefined) return kind === "count" ? 0 : null;
  return Number(value);
}

async function decompress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  // Some hosts declare .gz as an encoding, and the browser has decompressed it already.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Reads a mart: an Arrow IPC stream, gzipped. An empty file is a mart without rows.
 *
 * @throws Error naming a column that the mart should have and has not
 */
export async function readMart<M extends MartName>(
  name: M,
  file: ArrayBuffer | Promise<ArrayBuffer>,
): Promise<MartRow<M>[]> {
  const bytes = await decompress(new Uint8Array(await file));
  if (bytes.length === 0) return [];
  const table = tableFromIPC(bytes);
  const columns = Object.entries(martColumns[name]).map(([column, kind]) => {
    const vector = table.getChild(column);
    if (!vector) throw new Error(`mart without a column: ${name}.${column}; expected ${kind}`);
    return { column, kind, vector: vector.memoize() };
  });
  return Array.from({ length: table.numRows }, (_, index) =>
    Object.fromEntries(
      columns.map(({ column, kind, vector }) => [column, convert(kind, vector.get(index) as Raw)]),
    ),
  ) as MartRow<M>[];
}
