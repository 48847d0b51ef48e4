import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { configFingerprint, loadConfig, storageIn } from "../cli/config.ts";
import { rows } from "../ingest/query.ts";
import { ingestSources } from "../ingest/sources.ts";
import { openWarehouse } from "../ingest/warehouse.ts";
import { calendarSchema, commitmentSchema } from "../transform/config.ts";
import { transform } from "../transform/run.ts";

type Config = Awaited<ReturnType<typeof loadConfig>>;

/** Agreement of our verdict with the tool's on incidents of one priority that the targets were not fitted on. */
export interface Agreement {
  priority: string;
  /** Fitted on the incidents opened in odd ISO weeks. */
  calendar: string;
  target_seconds: number;
  fitted_on: number;
  /** Incidents opened in even weeks, with a verdict of both. */
  incidents: number;
  agreeing: number;
  made_by_tool: number;
  met_by_us: number;
  /** Incidents on which saying "made" (or "missed") of every one would agree, whichever is more. */
  agreeing_by_majority: number;
}

const CALENDARS = [
  { id: "always", zone: "UTC", holidays: "none", hours: { "mon-sun": ["00:00-24:00"] } },
  { id: "office", zone: "UTC", holidays: "none", hours: { "mon-fri": ["08:00-18:00"] } },
].map((one) => calendarSchema.parse(one));

interface Sample {
  priority: string;
  calendar: string;
  elapsed: number;
  made: boolean;
}

/** The whole minutes up to which "made" agrees most often with the tool; the least of equals. */
function fit(samples: readonly Sample[]): { seconds: number; agreeing: number } {
  const sorted = samples.toSorted((a, b) => a.elapsed - b.elapsed);
  let agreeing = sorted.filter(({ made }) => !made).length;
  let best = { seconds: 60, agreeing: -1 };
  for (const [index, { elapsed, made }] of sorted.entries()) {
    agreeing += made ? 1 : -1;
    const seconds = Math.max(60, Math.ceil(elapsed / 60) * 60);
    const next = sorted[index + 1]?.elapsed ?? Infinity;
    if (next > seconds && agreeing > best.agreeing) best = { seconds, agreeing };
  }
  return best;
}

const withContracts = (config: Config, commitments: unknown[]): Config => ({
  ...config,
  calendars: CALENDARS,
  commitments: commitments.map((one) => ({
    ...commitmentSchema.parse(one),
  })) as Config["commitments"],
});

async function judge(connection: DuckDBConnection, config: Config) {
  await transform(connection, config, {
    configFingerprint: configFingerprint(config),
    stateFolder: config.storage.state,
  });
}

const IS_ODD = "extract(week from opened_at) % 2 = 1";

/**
 * Our verdict beside `made_sla` of the ServiceNow log, which carries no target: for each priority the target and the
 * calendar that agree best are fitted on incidents opened in odd weeks, and agreement is told on those of even weeks.
 */
export async function measureAgreement(folder: string): Promise<Agreement[]> {
  const loaded = await loadConfig("data/servicenow-log/vigie.yaml");
  const config = { ...loaded, storage: storageIn(folder) };
  using warehouse = await openWarehouse(config.storage.warehouse, config.engine);
  const { connection } = warehouse;
  await ingestSources(connection, {
    sources: config.sources,
    folder: config.folder,
    landingFolder: config.storage.landing,
    pseudonymKey: "key of the bench",
    receivedAt: "2026-11-02 08:00:00",
  });
  const priorities = ["P1", "P2", "P3", "P4"];
  const common = { pause: { statuses: ["on_hold"] }, goal: 90 };
  const unbounded = Object.fromEntries(priorities.map((priority) => [priority, "99999h"]));
  // Restoration falls back to the resolution: two calendars are measured in one run.
  await judge(
    connection,
    withContracts(config, [
      {
        ...common,
        id: "always",
        name: "a",
        clock: "resolution",
        calendar: "always",
        targets: unbounded,
      },
      {
        ...common,
        id: "office",
        name: "o",
        clock: "restoration",
        calendar: "office",
        targets: unbounded,
      },
    ]),
  );
  const samples = await rows<Sample>(
    connection,
    `select sla.priority, sla.calendar_id as calendar, max(sla.elapsed_business_seconds) as elapsed, any_value(tickets.made_sla) as made
     from marts.fct_sla as sla join marts.fct_tickets as tickets using (ticket_id)
     where ${IS_ODD} and sla.made_sla is not null and sla.stopped_at is not null
     group by sla.priority, sla.calendar_id, ticket_id order by all`,
  );
  const fitted = priorities.map((priority) => {
    const own = samples.filter((sample) => sample.priority === priority);
    const [best] = CALENDARS.map(({ id }) => {
      const these = own.filter(({ calendar }) => calendar === id);
      return { priority, calendar: id, size: these.length, ...fit(these) };
    }).toSorted((a, b) => b.agreeing - a.agreeing);
    return best!;
  });
  await judge(
    connection,
    withContracts(config, [
      {
        ...common,
        id: "fitted",
        name: "f",
        clock: "resolution",
        calendar: "always",
        targets: Object.fromEntries(
          fitted.map(({ priority, seconds, calendar }) => [
            priority,
            { target: `${seconds / 60}m`, calendar },
          ]),
        ),
      },
    ]),
  );
  const found = await rows<Omit<Agreement, "calendar" | "target_seconds" | "fitted_on">>(
    connection,
    `with judged as (
       select sla.priority, ticket_id, bool_and(sla.verdict in ('met', 'provisional')) as is_met, any_value(tickets.made_sla) as made
       from marts.fct_sla as sla join marts.fct_tickets as tickets using (ticket_id)
       where not (${IS_ODD}) and sla.made_sla is not null and sla.verdict in ('met', 'provisional', 'breached')
       group by sla.priority, ticket_id
     )
     select priority, count(*) as incidents, count(*) filter (is_met = made) as agreeing, count(*) filter (made) as made_by_tool,
       count(*) filter (is_met) as met_by_us, greatest(count(*) filter (made), count(*) filter (not made)) as agreeing_by_majority
     from judged group by priority order by priority`,
  );
  return found.flatMap((row) => {
    const own = fitted.find(({ priority }) => priority === row.priority);
    if (!own) return [];
    const { calendar, seconds, size } = own;
    return [{ ...row, calendar, target_seconds: seconds, fitted_on: size }];
  });
}

/** Prints the table of agreement, and gives it. */
export async function benchAgreement(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-bench-"));
  try {
    const found = await measureAgreement(folder);
    console.error("priority  calendar  target_h  even-week incidents  agreeing  by majority");
    for (const row of found)
      console.error(
        [
          row.priority.padEnd(8),
          row.calendar.padEnd(8),
          (row.target_seconds / 3600).toFixed(1).padStart(8),
          String(row.incidents).padStart(19),
          `${((100 * row.agreeing) / row.incidents).toFixed(1)} %`.padStart(8),
          `${((100 * row.agreeing_by_majority) / row.incidents).toFixed(1)} %`.padStart(11),
        ].join("  "),
      );
    return { agreement: found };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
