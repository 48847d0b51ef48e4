import { spawnSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance, DuckDBTimestampValue } from "@duckdb/node-api";
import { parse } from "csv-parse";
import { z } from "zod";
import { hashFile } from "../connectors/csv.ts";
import { row } from "../ingest/query.ts";
import { ingestSources } from "../ingest/sources.ts";
import { openWarehouse } from "../ingest/warehouse.ts";

/** Least or most of each ratio, and of the peak memory in bytes. */
const LIMITS = { vs_duckdb: 0.6, vs_row_by_row: 5, again: 2, changed: 0.8, memory: 1.5e9 };
const TICKETS = Number(process.env["VIGIE_BENCH_TICKETS"] ?? 2e6);
const SAMPLE = 200_000;
const THREADS = 2;
const RECEIVED_AT = "2026-11-01 00:00:00";

/** A field of a ticket by column of the export, and the SQL type of what DuckDB alone reads. */
const COLUMNS: readonly (readonly [column: string, field: string, type: string])[] = [
  ["Identifiant", "native_id", "varchar"],
  ["Numéro", "number", "varchar"],
  ["Type", "type", "varchar"],
  ["Titre", "title", "varchar"],
  ["Description", "description", "varchar"],
  ["Statut", "status", "varchar"],
  ["Priorité", "priority", "varchar"],
  ["Impact", "impact", "varchar"],
  ["Urgence", "urgency", "varchar"],
  ["Catégorie", "category", "varchar"],
  ["Sous-catégorie", "subcategory", "varchar"],
  ["Service", "service", "varchar"],
  ["Canal", "channel", "varchar"],
  ["Site", "site", "varchar"],
  ["Direction", "department", "varchar"],
  ["Équipement", "asset", "varchar"],
  ["Demandeur", "requester", "varchar"],
  ["Affecté à", "assignee", "varchar"],
  ["Groupe", "assignment_group", "varchar"],
  ["Créé le", "opened_at", "timestamp"],
  ["Résolu le", "resolved_at", "timestamp"],
  ["Clos le", "closed_at", "timestamp"],
  ["Mis à jour le", "updated_at", "timestamp"],
  ["Réouvertures", "reopen_count", "bigint"],
  ["Pause (s)", "paused_seconds", "bigint"],
];

const MAPPING = `record: ticket
dialect: { separator: ";" }
fields:
${COLUMNS.map(([column, field]) => {
  const lookup = ["type", "status", "priority", "channel"].includes(field)
    ? `, lookup: ${field}`
    : "";
  return `  ${field}: { column: "${column}"${lookup} }`;
}).join("\n")}
lookups:
  type: { Incident: incident, Demande: request }
  status: { Nouveau: new, En cours: in_progress, Résolu: resolved, Clos: closed }
  priority: { 1 - Critique: P1, 2 - Haute: P2, 3 - Moyenne: P3, 4 - Basse: P4 }
  channel: { Téléphone: phone, Courriel: email, Portail: self_service }
`;

const pick = (seed: number, words: readonly string[]): string =>
  `[${words.map((word) => `'${word.replaceAll("'", "''")}'`).join(", ")}][1 + (hash(i * 31 + ${seed}) % ${words.length})::int]`;

/** One line of the export as SQL over the ticket's number `i`; three in a thousand are bad, in three ways. */
function lineSql(changed: boolean): string {
  const instant = (after: string) => `strftime(opened + to_seconds(${after}), '%d/%m/%Y %H:%M')`;
  const cells = [
    "md5(i::varchar)",
    "'INC' || lpad(i::varchar, 8, '0')",
    pick(1, ["Incident", "Incident", "Demande"]),
    `'"' || ${pick(2, ["Imprimante bloquée", "Messagerie lente", "Accès refusé à l''application", "Écran noir; redémarrage"])} || ' au poste ' || hash(i) % 90000 || '"'`,
    `'"Bonjour, depuis ce matin ' || ${pick(3, ["le poste ne démarre plus", "l''accès au dossier est refusé", "la réunion en visio coupe"])} || '. Merci de ""rappeler"" au plus vite, référence ' || md5((i + 7)::varchar) || '."'`,
    changed
      ? `case when i % 20 = 0 then 'Clos' else ${pick(4, ["Nouveau", "En cours", "Résolu", "Clos"])} end`
      : pick(4, ["Nouveau", "En cours", "Résolu", "Clos"]),
    pick(5, ["1 - Critique", "2 - Haute", "3 - Moyenne", "4 - Basse"]),
    pick(6, ["Site", "Service", "Personne"]),
    pick(7, ["Haute", "Moyenne", "Basse"]),
    pick(8, ["Poste de travail", "Messagerie", "Réseau", "Application métier", "Impression"]),
    pick(9, ["Panne", "Lenteur", "Accès", "Demande d'information"]),
    pick(10, ["messagerie", "poste", "reseau", "gestion"]),
    pick(11, ["Téléphone", "Courriel", "Portail"]),
    pick(12, ["Paris", "Lyon", "Strasbourg", "La Réunion"]),
    pick(13, ["Finance", "Ventes", "Production", "Ressources humaines"]),
    "'PC-' || hash(i + 3) % 40000",
    "'prenom.nom' || hash(i + 4) % 30000 || '@exemple.fr'",
    "'agent' || hash(i + 5) % 300",
    pick(14, ["Support N1", "Réseaux", "Serveurs", "Postes"]),
    `case when i % 500 = 499 then 'inconnue' else ${instant("0")} end`,
    instant("hash(i + 6) % 400000"),
    `case when hash(i) % 3 = 0 then '' else ${instant("400000 + hash(i + 8) % 86400")} end`,
    changed
      ? `case when i % 20 = 0 then ${instant("900001")} else ${instant("500000 + hash(i + 9) % 86400")} end`
      : instant("500000 + hash(i + 9) % 86400"),
    "(hash(i + 10) % 3)::varchar",
    "(hash(i + 11) % 20000)::varchar",
  ];
  return `concat_ws(';', ${cells.join(", ")}) || case when i % 1000 = 999 then ';trop' else '' end`;
}

/** Writes an export of so many tickets; about 350 bytes each. */
async function writeExport(path: string, tickets: number, changed = false): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(THREADS) });
  const connection = await instance.connect();
  const header = COLUMNS.map(([column]) => column)
    .join(";")
    .replaceAll("'", "''");
  await connection.run(
    `copy (select '${header}' as line union all
       select ${lineSql(changed)} from (select range as i, timestamp '2024-01-01' + to_seconds((range * 40) % 78000000) as opened from range(${tickets})))
     to '${path}' (format csv, header false, quote '', escape '', delimiter '\u0001')`,
  );
  connection.closeSync();
  instance.closeSync();
}

interface Measured {
  seconds: number;
  cpu_seconds: number;
  peak: number;
  rows: number;
}

/** Runs one of `STEPS` in a process of its own, so that its peak memory is its own. */
function inProcess(step: keyof typeof STEPS, ...args: string[]): Measured {
  const script = `import { runStep } from ${JSON.stringify(import.meta.url)}; await runStep(${JSON.stringify([step, ...args]).slice(1, -1)});`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`bench step ${step}: ${stderr}; expected it to end`);
  return JSON.parse(stdout) as Measured;
}

const STEPS = { bare, ingest, rowByRow, hash };

/** For `inProcess` only: prints what a step took. */
export async function runStep(step: keyof typeof STEPS, ...args: [string, string]): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  const rows = await STEPS[step](...args);
  const { user, system } = process.cpuUsage(before);
  const measured: Measured = {
    seconds: (performance.now() - started) / 1000,
    cpu_seconds: (user + system) / 1e6,
    peak: process.resourceUsage().maxRSS * 1024,
    rows,
  };
  console.log(JSON.stringify(measured));
}

/** What DuckDB takes to read the file into a typed table and no more. */
async function bare(path: string, folder: string): Promise<number> {
  const instance = await DuckDBInstance.create(join(folder, "bare.duckdb"), {
    threads: String(THREADS),
  });
  const connection = await instance.connect();
  const columns = COLUMNS.map(([, field, type]) => `${field}: '${type}'`).join(", ");
  await connection.run("set checkpoint_threshold = '256MB'");
  await connection.run(
    `create table t as from read_csv('${path}', auto_detect = false, header = true, delim = ';', quote = '"', escape = '"',
       timestampformat = '%d/%m/%Y %H:%M', columns = {${columns}}, store_rejects = true, rejects_limit = 0)`,
  );
  await connection.run("checkpoint");
  const { n } = await row<{ n: number }>(connection, "select count(*) as n from t");
  connection.closeSync();
  instance.closeSync();
  return n;
}

/** The whole import as the command does it. */
async function ingest(path: string, folder: string): Promise<number> {
  using warehouse = await openWarehouse(join(folder, "warehouse.duckdb"), {
    threads: THREADS,
    memoryLimit: "1GB",
  });
  const { imports } = await ingestSources(warehouse.connection, {
    sources: [
      {
        id: "bench",
        tool: "Banc",
        instance: "bench",
        zone: "Europe/Paris",
        site: null,
        dataThrough: null,
        reopenWindow: { openDays: 7 },
        resolvedFrom: "history",
        attribution: null,
        inputs: [{ path, pattern: path, mapping: join(folder, "mapping.yaml") }],
      },
    ],
    folder,
    landingFolder: join(folder, "landing"),
    pseudonymKey: null,
    receivedAt: RECEIVED_AT,
  });
  await warehouse.connection.run("checkpoint");
  return imports[0]?.accepted ?? 0;
}

async function hash(path: string): Promise<number> {
  return (await hashFile(path)).length;
}

/** The same rows by csv-parse, one zod object and one appended row each. */
async function rowByRow(path: string, folder: string): Promise<number> {
  const instance = await DuckDBInstance.create(join(folder, "rows.duckdb"), {
    threads: String(THREADS),
  });
  const connection = await instance.connect();
  await connection.run(
    `create table t (${COLUMNS.map(([, field, type]) => `${field} ${type}`).join(", ")})`,
  );
  const instant = z.string().transform((text, context) => {
    if (text === "") return null;
    const [, day, month, year, hour, minute] =
      /^(\d\d)\/(\d\d)\/(\d{4}) (\d\d):(\d\d)$/.exec(text) ?? [];
    if (day === undefined) {
      context.addIssue({ code: "custom", message: "a date" });
      return z.NEVER;
    }
    return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  });
  const kinds = {
    varchar: z.string().max(1_000_000),
    timestamp: instant,
    bigint: z.coerce.number().int().min(0),
  };
  const schema = z.strictObject(
    Object.fromEntries(
      COLUMNS.map(([, field, type]) => [field, kinds[type as keyof typeof kinds]]),
    ),
  );
  const appender = await connection.createAppender("t");
  const fields = COLUMNS.map(([, field]) => field);
  const records = createReadStream(path).pipe(
    parse({
      delimiter: ";",
      columns: fields,
      from: 2,
      relax_column_count: true,
      skip_records_with_error: true,
    }),
  );
  let taken = 0;
  for await (const record of records) {
    const { data } = schema.safeParse(record);
    if (!data) continue;
    for (const [, field, type] of COLUMNS) {
      const value = data[field];
      if (value === null || value === undefined) appender.appendNull();
      else if (type === "timestamp")
        appender.appendTimestamp(new DuckDBTimestampValue(BigInt(value) * 1000n));
      else if (type === "bigint") appender.appendBigInt(BigInt(value));
      else appender.appendVarchar(value as string);
    }
    appender.endRow();
    taken += 1;
  }
  appender.closeSync();
  await connection.run("checkpoint");
  connection.closeSync();
  instance.closeSync();
  return taken;
}

/** Imports of a large French export against DuckDB alone, rows one by one, a hash, and a file three times as large. */
export async function benchCsv(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), "vigie-bench-"));
  try {
    await writeFile(join(folder, "mapping.yaml"), MAPPING);
    const [first, changed, sample, large] = ["first", "changed", "sample", "large"].map((name) =>
      join(folder, `${name}.csv`),
    ) as [string, string, string, string];
    await writeExport(first, TICKETS);
    await writeExport(changed, TICKETS, true);
    await writeExport(sample, SAMPLE);
    const bytes = (await stat(first)).size;
    inProcess("hash", first, folder);
    const duckdb = inProcess("bare", first, folder);
    const whole = inProcess("ingest", first, folder);
    const sha256 = inProcess("hash", first, folder);
    const again = inProcess("ingest", first, folder);
    const update = inProcess("ingest", changed, folder);
    await rm(changed);
    const rows = inProcess("rowByRow", sample, folder);
    await rm(join(folder, "warehouse.duckdb"), { force: true });
    await rm(join(folder, "landing"), { recursive: true, force: true });
    await writeExport(large, TICKETS * 3);
    const triple = inProcess("ingest", large, folder);
    const round = (value: number): number => Number(value.toFixed(2));
    const ratio = (value: number, limit: number) => ({ value: round(value), limit });
    const shown = ({ seconds, cpu_seconds, peak, rows: taken }: Measured) => ({
      seconds: round(seconds),
      cpu_seconds: round(cpu_seconds),
      peak_memory_mb: Math.round(peak / 1e6),
      rows: taken,
    });
    return {
      tickets: TICKETS,
      megabytes: Math.round(bytes / 1e6),
      vs_duckdb: ratio(duckdb.seconds / whole.seconds, LIMITS.vs_duckdb),
      vs_row_by_row: ratio(
        (rows.seconds / SAMPLE) * (TICKETS / whole.seconds),
        LIMITS.vs_row_by_row,
      ),
      again_of_sha256: ratio(again.seconds / sha256.seconds, LIMITS.again),
      changed_of_first: ratio(update.seconds / whole.seconds, LIMITS.changed),
      peak_memory: ratio(whole.peak / 1e9, LIMITS.memory / 1e9),
      peak_memory_of_three_times: ratio(triple.peak / 1e9, LIMITS.memory / 1e9),
      load: loadavg().map(round),
      duckdb: shown(duckdb),
      first: shown(whole),
      again: shown(again),
      changed: shown(update),
      sha256: shown(sha256),
      row_by_row: shown(rows),
      three_times: shown(triple),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
