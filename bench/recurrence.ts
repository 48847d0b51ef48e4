import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { row } from "../ingest/query.ts";
import { openWarehouse } from "../ingest/warehouse.ts";
import { buildFamilyState } from "../transform/family-state.ts";
import { loadModels, type Model } from "../transform/model.ts";
import { buildModel } from "../transform/run.ts";

/** Of 1 million tickets with 150,000 distinct titles on 2 cores; the ratio is time per ticket at 4 million to that at 1. */
const LIMITS = { seconds: 20, memoryBytes: 3e9, perTicketRatio: 1.3 };
const TITLES_PER_TICKET = 0.15;
const START = "intermediate.int_incidents";

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

/** The relations that the models of recurrence read, filled with tickets that no source ever had. */
async function synthesise(connection: DuckDBConnection, tickets: number): Promise<void> {
  const titles = tickets * TITLES_PER_TICKET;
  await connection.run(`create schema reference; create schema staging; create schema intermediate; create schema marts;
    create table reference.settings as select 'Europe/Paris' as reporting_zone;
    create table reference.audience_sites as select 'group' as audience_id, 'site-' || range as site_id from range(6)
      union all select 'group', '' union all select 'site', 'site-1';
    create table staging.stg_links (source_id varchar, kind varchar, from_ticket_id varchar, to_ticket_id varchar);
    create table staging.stg_ticket_aliases (instance varchar, alias varchar, native_id varchar);
    create table intermediate.int_sources as select 'bench' as source_id, 1793487600::bigint as through_second;
    create table intermediate.int_fitness (source_id varchar, metric_id varchar, is_withheld boolean)`);
  await connection.run(await readFile(new URL("../transform/macros.sql", import.meta.url), "utf8"));
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
    select i::integer as ticket_key, 'bench/' || i as ticket_id, 'bench' as instance, 'T' || i as native_id, 'bench' as source_id,
      'incident' as type, 'service-' || (hash(d * 7 + 1) % 30 % 12) as service, 'site-' || (hash(i + 5) % 6) as site_id,
      case when hash(i + 6) % 3 = 0 then 'asset-' || (hash(i + 7) % (${tickets} // 20)) end as asset,
      'person-' || (hash(i + 8) % 40000) as requester, 'category-' || (hash(d * 7 + 1) % 10) as category, title, null::varchar as symptom,
      case when i % 50 = 0 and i > 0 then 'T' || (i - 1) end as parent, null::varchar as duplicate_of,
      (1730415600 + hash(i + 10) % 63072000)::bigint as opened_second, 1793487600::bigint as through_second
    from drawn join titles using (d)`);
  await connection.run(`create table intermediate.int_ticket_spells as
    select ticket_key, opened_second + (hash(ticket_key) % 200000)::bigint as ended_second, 'closed' as ended_status, true as is_last
    from intermediate.int_tickets`);
}

/** The models of recurrence: those that read incidents, at whatever remove. */
function recurrenceOf(models: readonly Model[]): Model[] {
  const found = new Set([START, "intermediate.int_as_of"]);
  for (const { id, reads } of models) if (reads.some((read) => found.has(read))) found.add(id);
  return models.filter(({ id }) => found.has(id));
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
  const models = recurrenceOf(await loadModels(connection));
  const started = performance.now();
  const before = process.cpuUsage();
  await buildFamilyState(connection, folder);
  const slowest: [string, number][] = [];
  for (const model of models) {
    const { seconds } = await buildModel(connection, model);
    slowest.push([model.name, Number(seconds.toFixed(2))]);
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
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
      cpu_seconds: Math.round((user + system) / 1e5) / 10,
      peak: process.resourceUsage().maxRSS * 1024,
      slowest: Object.fromEntries(slowest.toSorted((a, b) => b[1] - a[1]).slice(0, 14)),
    }),
  );
}

interface Measured {
  tickets: number;
  titles: number;
  families: number;
  seconds: number;
  /** Says what the machine did beside it: on two idle cores it is near twice the seconds at most. */
  cpu_seconds: number;
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

/** Signatures, families, occurrences and their marts of 1 and of 4 million tickets. */
export async function benchRecurrence(): Promise<Record<string, unknown>> {
  const round = (value: number): number => Number(value.toFixed(2));
  const [one, four] = [inProcess(1e6), inProcess(4e6)];
  const ratio = four.seconds / four.tickets / (one.seconds / one.tickets);
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
    of_ratio_limit: round(ratio / LIMITS.perTicketRatio),
  };
}
