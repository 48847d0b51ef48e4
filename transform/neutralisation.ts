import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import { rows } from "../ingest/query.ts";
import type { Commitment } from "./config.ts";
import { readStateCsv, StateFileError } from "./state-csv.ts";
import { fillTable } from "./table-model.ts";

/** What was neutralised (DEFINITIONS 19), in the state folder; its lines are a person's. */
export const NEUTRALISATIONS_FILE = "neutralisations.csv";

export const NEUTRALISATION_COLUMNS = [
  "ticket",
  "commitment",
  "reason",
  "asked_by",
  "approved_by",
  "date",
] as const;

/** Columns that `vigie breaches` writes for the reader; read back, they are not looked at. */
export const BREACH_COLUMNS = [
  "number",
  "site",
  "service",
  "priority",
  "assignment_group",
  "provider",
  "started_at",
  "due_at",
  "breach_at",
  "stopped_at",
  "elapsed_business_seconds",
  "target_seconds",
] as const;

const filled = (what: string) => z.string().min(1, { error: what });

const neutralisationSchema = z.strictObject({
  ticket: filled("the ticket"),
  commitment: filled("the commitment"),
  reason: filled("why"),
  asked_by: filled("who asked"),
  approved_by: filled("who approved"),
  date: z.iso.date({ error: "a date such as 2026-01-31" }),
});

export type Neutralisation = z.output<typeof neutralisationSchema>;

interface Fault {
  line: number;
  text: string;
}

/**
 * The exclusions of a file, checked against the contracts and the tickets (whose ids become canonical). Lines without a
 * reason are breaches that nobody asked to exclude; they are passed over.
 *
 * @throws StateFileError with every fault and its line: a ticket or a commitment that does not exist, twice the same.
 */
export async function readNeutralisations(
  connection: DuckDBConnection,
  path: string,
  commitments: readonly Pick<Commitment, "id">[],
): Promise<Neutralisation[]> {
  const records = (await readStateCsv(path, NEUTRALISATION_COLUMNS, BREACH_COLUMNS)).filter(
    ({ values }) => values["reason"] !== "",
  );
  const faults: Fault[] = [];
  const found: (Neutralisation & { line: number })[] = [];
  const known = new Set(commitments.map(({ id }) => id));
  for (const { line, values } of records) {
    const own = Object.fromEntries(NEUTRALISATION_COLUMNS.map((name) => [name, values[name]!]));
    const { data, error } = neutralisationSchema.safeParse(own);
    for (const { path: at, message } of error?.issues ?? []) {
      const name = String(at[0]);
      faults.push({ line, text: `${name} "${own[name] ?? ""}"; expected ${message}` });
    }
    if (!data) continue;
    if (!known.has(data.commitment))
      faults.push({
        line,
        text: `commitment "${data.commitment}"; expected one of ${[...known].join(", ")}`,
      });
    found.push({ ...data, line });
  }
  const ids = await ticketIds(connection, new Set(found.map(({ ticket }) => ticket)));
  const seen = new Set<string>();
  for (const { line, ticket, commitment } of found) {
    const named = ids.get(ticket) ?? [];
    if (named.length !== 1)
      faults.push({
        line,
        text: `ticket "${ticket}"; expected ${named.length === 0 ? "a ticket of the sources" : `one of ${named.join(", ")}`}`,
      });
    const key = `${named[0] ?? ticket} ${commitment}`;
    if (seen.has(key)) faults.push({ line, text: `ticket "${ticket}" twice; expected once` });
    seen.add(key);
  }
  if (faults.length > 0)
    throw new StateFileError(
      path,
      faults.toSorted((a, b) => a.line - b.line),
    );
  return found.map(({ line: _line, ...record }) => ({
    ...record,
    ticket: ids.get(record.ticket)![0]!,
  }));
}

/** Writes the exclusions of the state folder to `reference.neutralisations`, one row each. */
export async function buildNeutralisations(
  connection: DuckDBConnection,
  stateFolder: string,
  commitments: readonly Pick<Commitment, "id">[],
): Promise<void> {
  const path = join(stateFolder, NEUTRALISATIONS_FILE);
  const found = await readNeutralisations(connection, path, commitments);
  const column = (name: keyof Neutralisation) => found.map((record) => record[name]);
  await fillTable(
    connection,
    "reference.neutralisations",
    {
      ticket_id: "varchar",
      commitment_id: "varchar",
      reason: "varchar",
      asked_by: "varchar",
      approved_by: "varchar",
      date: "varchar",
    },
    {
      ticket_id: column("ticket"),
      commitment_id: column("commitment"),
      reason: column("reason"),
      asked_by: column("asked_by"),
      approved_by: column("approved_by"),
      date: column("date"),
    },
  );
}

/** Canonical ids of tickets named by their id, native id or number. */
async function ticketIds(
  connection: DuckDBConnection,
  names: ReadonlySet<string>,
): Promise<Map<string, string[]>> {
  if (names.size === 0) return new Map();
  await fillTable(connection, "reference.asked_tickets", { name: "varchar" }, { name: [...names] });
  const found = await rows<{ name: string; id: string }>(
    connection,
    `with named as (
       select instance || '/' || native_id as id, unnest([instance || '/' || native_id, native_id, number]) as name from ingest.tickets
     )
     select distinct asked.name, named.id from reference.asked_tickets as asked join named using (name)
     where not exists (
       from named as alias where alias.name = asked.name and alias.id <> named.id and alias.id = alias.name
     ) order by all`,
  );
  await connection.run("drop table reference.asked_tickets");
  const ids = new Map<string, string[]>();
  for (const { name, id } of found) ids.set(name, [...(ids.get(name) ?? []), id]);
  return ids;
}
