import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { row } from "../ingest/query.ts";
import { openWarehouse } from "../ingest/warehouse.ts";
import { commitmentSchema, calendarSchema, PRIORITY_POLICIES } from "../transform/config.ts";
import { loadModels, type Model } from "../transform/model.ts";
import { buildReference, nameParties } from "../transform/reference.ts";
import { buildModel } from "../transform/run.ts";

/** On 2 cores: events a second of the whole engine, its rate over that of a bare sum by ticket, time per ticket at 10 million to that at 2. */
const LIMITS = { eventsPerSecond: 3e6, ofBareSum: 0.15, perTicketRatio: 1.3 };
const EVENTS_PER_TICKET = 6;
const THROUGH = 1_793_487_600;

/** Five sites, five calendars in four zones, one commitment and one priority policy each. */
const SITES = [
  { id: "paris", zone: "Europe/Paris" },
  { id: "lyon", zone: "Europe/Paris" },
  { id: "toronto", zone: "America/Toronto" },
  { id: "kolkata", zone: "Asia/Kolkata" },
  { id: "sydney", zone: "Australia/Sydney" },
];
const HOURS = [
  { "mon-fri": ["08:30-12:30", "13:30-18:00"] },
  { "mon-sun": ["00:00-06:00", "22:00-24:00"] },
  { "mon-sat": ["07:00-19:00"] },
  { "mon-fri": ["09:00-13:00", "14:00-18:30"] },
  { "mon-sun": ["00:00-24:00"] },
];

const CONFIG = {
  organisation: {
    name: { fr: "Bench", en: "Bench" },
    reportingZone: "Europe/Paris",
    entities: SITES.map(({ id, zone }) => ({
      id,
      kind: "site" as const,
      parent: null,
      name: { fr: id, en: id },
      zone,
      holidays: null,
      validFrom: null,
      validTo: null,
    })),
  },
  services: [],
  providers: [],
  sources: [],
  audiences: [],
  calendars: SITES.map(({ id, zone }, index) =>
    calendarSchema.parse({ id, zone, holidays: "none", hours: HOURS[index] }),
  ),
  freezes: [],
  commitments: SITES.map(({ id }, index) =>
    commitmentSchema.parse({
      id,
      name: id,
      clock: "resolution",
      scope: { site: [id] },
      calendar: id,
      targets: { P1: "4h", P2: "8h", P3: "16h", P4: "40h" },
      pause: { statuses: ["on_hold"], reasons: ["awaiting_requester", "awaiting_provider"] },
      goal: 90,
      priority_policy: PRIORITY_POLICIES[index],
    }),
  ),
};

/** The history of tickets that no source ever had: six changes each, in order, as `int_ticket_changes` holds them. */
async function synthesise(connection: DuckDBConnection, tickets: number): Promise<void> {
  await connection.run("create schema staging; create schema intermediate; create schema marts");
  await connection.run(await readFile(new URL("../transform/macros.sql", import.meta.url), "utf8"));
  await buildReference(connection, CONFIG, []);
  const sites = SITES.map(({ id }) => `'${id}'`).join(", ");
  await connection.run(`create table reference.neutralisations (ticket_id varchar, commitment_id varchar, reason varchar);
    create table staging.stg_ticket_events (ticket_id varchar, field varchar, to_value varchar, to_word varchar, occurred_at timestamp);
    create table staging.stg_ticket_observations (ticket_id varchar, status varchar, status_raw varchar, observed_at timestamp);
    create table intermediate.int_fitness (source_id varchar, metric_id varchar, is_withheld boolean);
    create table intermediate.int_tickets as
      select range::integer as ticket_key, 'b/' || range as ticket_id, 'T' || range as number, 'b' as source_id, 'incident' as type,
        [${sites}][1 + (hash(range) % 5)::int] as site_id, 'service-' || (hash(range + 1) % 20) as service, null::varchar as population,
        null::boolean as opened_by_agent, null::boolean as made_sla, 'P3' as priority, 'g' as assignment_group, 'closed' as status,
        'events' as history, 'history' as resolved_from, null::bigint as paused_seconds, null::bigint as reported_second,
        null::bigint as responded_field_second, null::bigint as restored_field_second, null::bigint as resolved_field_second,
        null::bigint as closed_field_second, null::bigint as cancelled_field_second,
        (1733011200 + hash(range * 7 + 2) % 59000000)::bigint as opened_second, ${THROUGH}::bigint as through_second,
        null::integer as reopen_open_days, 172800::bigint as reopen_seconds
      from range(${tickets});
    alter table intermediate.int_tickets add column zone varchar;
    alter table intermediate.int_tickets add column calendar_key integer;
    update intermediate.int_tickets set zone = sites.zone, calendar_key = sites.calendar_key from reference.sites as sites where sites.site_id = int_tickets.site_id;
    create table intermediate.int_ticket_origins as select ticket_key, 'people' as origin from intermediate.int_tickets;
    create table intermediate.int_ticket_changes as
      with steps as (
        select ticket_key, step,
          opened_second + step * (600 + (hash(ticket_key * 13 + 5) % 14000)::bigint) + case when step = 0 then 0 else (hash(ticket_key * 7 + step) % 590)::bigint end as changed_second,
          hash(ticket_key + 3) % 100 as luck
        from intermediate.int_tickets, (select unnest(range(${EVENTS_PER_TICKET})) as step)
      )
      select ticket_key, (step + 1)::integer as change_number, changed_second,
        case step when 0 then 'new' when 1 then 'in_progress' when 2 then 'on_hold' when 3 then 'in_progress'
          when 5 then case when luck = 99 then 'cancelled' else 'resolved' end end::reference.word as status,
        case when step = 2 then ['awaiting_requester', 'awaiting_provider', 'other'][1 + (luck % 3)::int] when step in (0, 3, 5) then '' end::reference.word as hold_reason,
        case when step = 0 then ['P1', 'P2', 'P3', 'P4'][1 + (luck % 4)::int]
          when step = 4 and luck < 15 then ['P1', 'P2', 'P3', 'P4'][1 + ((luck + 1) % 4)::int] end::reference.word as priority,
        case when step = 0 then 'Desk' when step = 4 and luck > 60 then 'Network' end as assignment_group,
        case when step = 0 then '' when step = 1 then 'a' end as assignee, null::integer as support_level,
        case when step = 0 then '' end as provider, 'agent' as actor_kind, false as is_reply
      from steps
      where changed_second <= ${THROUGH}
      order by ticket_key, change_number`);
}

const HISTORY = ["int_ticket_states", "int_ticket_spells", "int_responses", "int_cycles"];
const SYNTHESISED = ["int_fitness", "int_tickets", "int_ticket_changes", "int_ticket_origins"];

/** What `mart_sla_monthly` needs, at whatever remove, but for what is synthesised. */
function engineOf(models: readonly Model[]): Model[] {
  const wanted = new Set(["marts.mart_sla_monthly"]);
  const isMade = ({ name, layer }: Model) => layer === "staging" || SYNTHESISED.includes(name);
  for (const model of models.toReversed())
    if (wanted.has(model.id) && !isMade(model)) for (const read of model.reads) wanted.add(read);
  return models.filter((model) => wanted.has(model.id) && !isMade(model));
}

/** Seconds of one size, in a process of its own so that its peak memory is its own; for `benchSla` only. */
export async function measure(tickets: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-bench-"));
  try {
    await measureIn(folder, tickets);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureIn(folder: string, tickets: number): Promise<void> {
  const engine = { memoryLimit: "4GB", threads: 2 };
  using warehouse = await openWarehouse(join(folder, "warehouse.duckdb"), engine);
  const { connection } = warehouse;
  await synthesise(connection, tickets);
  const { events } = await row<{ events: number }>(
    connection,
    "select count(*) as events from intermediate.int_ticket_changes",
  );
  const models = engineOf(await loadModels(connection));
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
  };
  const bare = await timed(() =>
    connection.run(
      "create table intermediate.bare as select ticket_key, sum(changed_second) as total from intermediate.int_ticket_changes group by ticket_key",
    ),
  );
  const times: [string, number][] = [];
  const run = (list: readonly Model[]) =>
    timed(async () => {
      if (list[0]?.name === "int_ticket_states") await nameParties(connection);
      for (const model of list) {
        const { seconds } = await buildModel(connection, model);
        times.push([model.name, Number(seconds.toFixed(2))]);
      }
    });
  const history = await run(models.filter(({ name }) => HISTORY.includes(name)));
  const clocks = await run(models.filter(({ name }) => !HISTORY.includes(name)));
  const { clocks: counted } = await row<{ clocks: number }>(
    connection,
    "select count(*) as clocks from marts.fct_sla",
  );
  console.log(
    JSON.stringify({
      tickets,
      events,
      clocks: counted,
      bare,
      history,
      engine: clocks,
      peak: process.resourceUsage().maxRSS * 1024,
      slowest: Object.fromEntries(times.toSorted((a, b) => b[1] - a[1]).slice(0, 16)),
    }),
  );
}

interface Time {
  seconds: number;
  /** Says what the machine did beside it: on two idle cores it is near twice the seconds at most. */
  cpu: number;
}

interface Measured {
  tickets: number;
  events: number;
  clocks: number;
  bare: Time;
  history: Time;
  engine: Time;
  peak: number;
  slowest: Record<string, number>;
}

function inProcess(tickets: number): Measured {
  const script = `import { measure } from ${JSON.stringify(import.meta.url)}; await measure(${tickets});`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`bench of ${tickets} tickets: ${stderr}; expected it to end`);
  return JSON.parse(stdout) as Measured;
}

/** Verdicts of 2 and of 10 million tickets under every policy, from their histories to the monthly marts. */
export async function benchSla(): Promise<Record<string, unknown>> {
  const round = (value: number): number => Number(value.toFixed(3));
  const [two, ten] = [inProcess(2e6), inProcess(1e7)];
  const rate = ({ events, engine }: Measured) => events / engine.seconds;
  const shown = (measured: Measured) => ({
    ...measured,
    events_per_second: Math.round(rate(measured)),
    events_per_second_with_histories: Math.round(
      measured.events / (measured.engine.seconds + measured.history.seconds),
    ),
    of_bare_sum: round(measured.bare.seconds / measured.engine.seconds),
    peak_memory_mb: Math.round(measured.peak / 1e6),
  });
  const perTicket = ({ tickets, engine }: Measured) => engine.seconds / tickets;
  return {
    two_million: {
      ...shown(two),
      of_rate_limit: round(rate(two) / LIMITS.eventsPerSecond),
      of_bare_sum_limit: round(two.bare.seconds / two.engine.seconds / LIMITS.ofBareSum),
    },
    ten_million: shown(ten),
    per_ticket_ratio: round(perTicket(ten) / perTicket(two)),
    of_ratio_limit: round(perTicket(ten) / perTicket(two) / LIMITS.perTicketRatio),
  };
}
