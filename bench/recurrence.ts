import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DuckDBConnection } from "@duckdb/node-api";
import { loadConfig } from "../cli/config.ts";
import { row, rows } from "../ingest/query.ts";
import { openWarehouse } from "../ingest/warehouse.ts";
import { buildFamilyState } from "../transform/family-state.ts";
import { loadMetrics } from "../transform/metrics.ts";
import { loadModels, type Model } from "../transform/model.ts";
import { buildReference } from "../transform/reference.ts";
import { buildModel } from "../transform/run.ts";

/** Of 1 million tickets with 150,000 distinct titles on 2 cores; the ratio is time per ticket at 4 million to that at 1. */
const LIMITS = { seconds: 20, memoryBytes: 3e9, perTicketRatio: 1.3 };
const TITLES_PER_TICKET = 0.15;
const START = "intermediate.int_incidents";
/** Two years of tickets, in seconds since 1970. */
const FROM = Date.UTC(2025, 0, 1) / 1000;
const THROUGH = Date.UTC(2026, 11, 31) / 1000;
const SITES = "'paris', 'strasbourg', 'lyon', 'montreal', 'casablanca', 'reunion'";

const OBJECTS =
  "imprimante écran clavier souris ordinateur portable Outlook Teams SAP VPN wifi badge compte casque webcam serveur scanner téléphone tablette Excel printer monitor keyboard laptop mailbox drive dossier calendrier sauvegarde disque";
const SYMPTOMS =
  "ne marche plus|très lent depuis hier|bloqué au démarrage|plante à l'ouverture|affiche une erreur|refuse la connexion|bruit anormal|ne répond pas|écran noir|perdu après mise à jour|inaccessible|déconnexion permanente|message inconnu|ne charge pas|synchronisation impossible|does not start|very slow|keeps crashing|not recognised|access refused|licence expirée|accès refusé|saturé|données manquantes|impression floue|double saisie|valeur incorrecte|lecture impossible|figé|redémarre seul";

/** Titles as SQL: an object or an application, a symptom, a slip, an identifier or a greeting, by the number `d`. */
const TITLE = `concat(
  case when d % 11 = 0 then 'Bonjour, ' when d % 23 = 0 then 'URGENT ' else '' end,
  case when hash(d * 7 + 2) % 2 = 0 then objects[1 + (hash(d * 7 + 1) % len(objects))::int]
    else substr(translate(md5((hash(d * 7 + 4) % 600)::varchar), '0123456789', 'ghijklmnop'), 1, 7) end, ' ',
  case when d % 5 = 0 then replace(symptom, 'e', 'ee') when d % 13 = 0 then replace(symptom, 'an', 'na') else symptom end,
  case d % 4 when 0 then ' PC-' || d when 1 then ' poste ' || d when 2 then ' INC00' || d else ' du ' || d || 'e' end)`;

/**
 * The relations that the models of recurrence and demand read, filled with tickets that no source ever had, over the sites
 * and calendars of the sample group.
 */
async function synthesise(connection: DuckDBConnection, tickets: number): Promise<void> {
  const titles = tickets * TITLES_PER_TICKET;
  const config = await loadConfig(fileURLToPath(new URL("../vigie.yaml", import.meta.url)));
  await connection.run(await readFile(new URL("../transform/macros.sql", import.meta.url), "utf8"));
  await buildReference(connection, config, await loadMetrics());
  await connection.run(`create schema staging; create schema intermediate; create schema marts;
    create table staging.stg_links (source_id varchar, kind varchar, from_ticket_id varchar, to_ticket_id varchar);
    create table staging.stg_ticket_aliases (instance varchar, alias varchar, native_id varchar);
    create table staging.stg_headcounts as
      select site_id as entity_id, month, 2000 as users, 20.0::double as agents, 3000 as assets
      from (from reference.sites where site_id in (${SITES})), (from reference.months where month between '2025-01' and '2026-12');
    create table intermediate.int_sources as select 'bench' as source_id, ${THROUGH}::bigint as through_second;
    create table intermediate.int_fitness (source_id varchar, metric_id varchar, is_withheld boolean)`);
  await connection.run(`create table intermediate.int_tickets as
    with words as (
      select string_split('${OBJECTS}', ' ') as objects, string_split('${SYMPTOMS.replaceAll("'", "''")}', '|') as symptoms
    ), titles as (
      select d, ${TITLE} as title
      from (select range as d, objects, symptoms[1 + (hash(range * 7 + 3) % len(symptoms))::int] as symptom from range(${titles}), words)
    ), drawn as (
      select range as i, case when range < ${titles} then range
        else (${titles} * pow((hash(range) % 1000003) / 1000003.0, 3))::bigint % ${titles} end as d
      from range(${tickets})
    )
    select i::integer as ticket_key, 'bench/' || i as ticket_id, 'bench' as instance, 'T' || i as native_id, 'T' || i as number,
      'bench' as source_id, 'incident' as type, 'closed' as status, 'service-' || (hash(d * 7 + 1) % 30 % 12) as service,
      [${SITES}][1 + (hash(i + 5) % 6)::int] as site_id,
      case when hash(i + 6) % 3 = 0 then 'asset-' || (hash(i + 7) % (${tickets} // 20)) end as asset,
      'person-' || (hash(i + 8) % 40000) as requester, 'category-' || (hash(d * 7 + 1) % 10) as category, title, null::varchar as symptom,
      ['phone', 'email', 'self_service', 'monitoring'][1 + (hash(i + 9) % 4)::int] as channel,
      'population-' || (hash(i + 11) % 8) as population, 'group-' || (hash(i + 12) % 60) as assignment_group,
      null::varchar as catalogue_item, null::varchar as problem,
      case when i % 50 = 0 and i > 0 then 'T' || (i - 1) end as parent, null::varchar as duplicate_of, null::varchar as duplicate_of_id,
      (${FROM} + hash(i + 10) % ${THROUGH - FROM})::bigint as opened_second, ${THROUGH}::bigint as through_second
    from drawn join titles using (d)`);
  await connection.run(`create table intermediate.int_ticket_spells as
    select ticket_key, opened_second + (hash(ticket_key) % 200000)::bigint as ended_second, 'closed' as ended_status, true as is_last
    from intermediate.int_tickets`);
  await connection.run(`create table marts.fct_tickets as
    select tickets.*, case when channel = 'monitoring' then 'automatic' else 'people' end as origin,
      reference.to_instant(opened_second) as opened_at, months.month as opened_month
    from intermediate.int_tickets as tickets
    asof join reference.months on tickets.opened_second >= months.starts_second`);
}

/** The models of recurrence (those that read incidents, at whatever remove) and of demand, with what they are made of. */
function measuredOf(models: readonly Model[], given: ReadonlySet<string>): Model[] {
  const recurrence = new Set([START]);
  for (const { id, reads } of models)
    if (reads.some((read) => recurrence.has(read))) recurrence.add(id);
  const wanted = new Set<string>();
  const byId = new Map(models.map((model) => [model.id, model]));
  const want = (id: string): void => {
    if (given.has(id) || wanted.has(id)) return;
    wanted.add(id);
    for (const read of byId.get(id)?.reads ?? []) want(read);
  };
  for (const { id } of models)
    if (recurrence.has(id) || id.startsWith("marts.mart_demand_")) want(id);
  return models.filter(({ id }) => wanted.has(id));
}

/** Seconds of one size, in a process of its own so that its peak memory is its own; for `benchRecurrence` only. */
export async function measure(tickets: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-bench-"));
  try {
    await measureIn(folder, tickets);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureIn(folder: string, tickets: number): Promise<void> {
  const engine = { memoryLimit: "1800MB", threads: 2 };
  using warehouse = await openWarehouse(join(folder, "warehouse.duckdb"), engine);
  const { connection } = warehouse;
  await synthesise(connection, tickets);
  const titles = await row<{ n: number }>(
    connection,
    "select count(distinct title) as n from intermediate.int_tickets",
  );
  const given = await rows<{ id: string }>(
    connection,
    "select schema_name || '.' || table_name as id from duckdb_tables()",
  );
  const models = measuredOf(await loadModels(connection), new Set(given.map(({ id }) => id)));
  const started = performance.now();
  const before = process.cpuUsage();
  await buildFamilyState(connection, folder);
  const slowest: [string, number][] = [];
  for (const model of models) {
    const begun = process.cpuUsage();
    await buildModel(connection, model);
    slowest.push([model.name, Number(cpuSeconds(begun).toFixed(2))]);
  }
  const seconds = (performance.now() - started) / 1000;
  const cpu = cpuSeconds(before);
  const families = await row<{ n: number }>(
    connection,
    "select count(*) as n from intermediate.int_family_list",
  );
  console.log(
    JSON.stringify({
      tickets,
      titles: titles.n,
      families: families.n,
      seconds,
      cpu_seconds: Number(cpu.toFixed(1)),
      peak: process.resourceUsage().maxRSS * 1024,
      cpu_of_slowest: Object.fromEntries(slowest.toSorted((a, b) => b[1] - a[1]).slice(0, 14)),
    }),
  );
}

/** Seconds of processor since: what the models cost whatever else the machine does. */
function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

interface Measured {
  tickets: number;
  titles: number;
  families: number;
  seconds: number;
  /** Says what the machine did beside it: on two idle cores it is near twice the seconds at most. */
  cpu_seconds: number;
  peak: number;
  cpu_of_slowest: Record<string, number>;
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

/** Signatures, families, occurrences, demand and their marts of 1 and of 4 million tickets. */
export async function benchRecurrence(): Promise<Record<string, unknown>> {
  const round = (value: number): number => Number(value.toFixed(2));
  const [one, four] = [inProcess(1e6), inProcess(4e6)];
  const ratio = four.seconds / four.tickets / (one.seconds / one.tickets);
  const cpuRatio = four.cpu_seconds / four.tickets / (one.cpu_seconds / one.tickets);
  const shown = ({ seconds, peak, ...rest }: Measured) => ({
    ...rest,
    seconds: round(seconds),
    peak_memory_mb: Math.round(peak / 1e6),
  });
  return {
    one_million: {
      ...shown(one),
      of_limit: round(one.seconds / LIMITS.seconds),
      of_memory_limit: round(one.peak / LIMITS.memoryBytes),
    },
    four_million: { ...shown(four), of_memory_limit: round(four.peak / LIMITS.memoryBytes) },
    per_ticket_ratio: round(ratio),
    per_ticket_cpu_ratio: round(cpuRatio),
    of_ratio_limit: round(ratio / LIMITS.perTicketRatio),
  };
}
