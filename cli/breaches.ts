import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { rows } from "../ingest/query.ts";
import {
  BREACH_COLUMNS,
  NEUTRALISATION_COLUMNS,
  NEUTRALISATIONS_FILE,
  readNeutralisations,
} from "../transform/neutralisation.ts";
import { replaceFile, stateCsv, StateFileError } from "../transform/state-csv.ts";
import { type Command, type CommandContext, type CommandResult, UsageError } from "./command.ts";
import { counted, openProject } from "./project.ts";

const COLUMNS = [
  "ticket",
  "commitment",
  ...BREACH_COLUMNS,
  "reason",
  "asked_by",
  "approved_by",
  "date",
] as const;

/** The breaches of a month, as the commitment's own month rule counts them. */
async function list({ config, options }: CommandContext): Promise<CommandResult> {
  const { month, provider, export: file } = options;
  if (typeof month !== "string" || !/^\d{4}-\d{2}$/.test(month))
    throw new UsageError(`--month ${String(month)}; expected a month such as 2026-10`);
  const providers = config.providers.map(({ id }) => id);
  if (typeof provider === "string" && !providers.includes(provider))
    throw new UsageError(
      `--provider ${provider}; expected ${providers.length === 0 ? "none: no provider is configured" : `one of ${providers.join(", ")}`}`,
    );
  using warehouse = await openProject(config);
  const found = await rows<Record<string, string | number | null>>(
    warehouse.connection,
    `select sla.ticket_id as ticket, sla.commitment_id as commitment, coalesce(sla.number, '') as number, sla.site_id as site,
       coalesce(sla.service, '') as service, sla.priority, coalesce(sla.assignment_group, '') as assignment_group, sla.provider,
       ${["started_at", "due_at", "breach_at", "stopped_at"].map((name) => `coalesce(strftime(sla.${name}, '%Y-%m-%dT%H:%M:%SZ'), '') as ${name}`).join(", ")},
       sla.elapsed_business_seconds, sla.target_seconds, coalesce(neutral.reason, '') as reason, coalesce(neutral.asked_by, '') as asked_by,
       coalesce(neutral.approved_by, '') as approved_by, coalesce(neutral.date, '') as date
     from marts.fct_sla as sla
     left join marts.fct_neutralisations as neutral on neutral.ticket_id = sla.ticket_id and neutral.commitment_id = sla.commitment_id
     where sla.verdict = 'breached' and sla.is_headline_population
       and case sla.month_rule when 'resolved_in_month' then sla.stopped_month when 'closed_in_month' then sla.closed_month
         when 'opened_in_month' then sla.opened_month else coalesce(sla.breached_month, sla.stopped_month) end = ?
       and (? = '' or sla.provider = ?)
     -- One line a ticket and commitment: what is neutralised is neutralised in every cycle and stint.
     qualify row_number() over (partition by sla.ticket_id, sla.commitment_id order by sla.breach_at, sla.clock_key) = 1
     order by sla.commitment_id, sla.breach_at, sla.ticket_id`,
    [month, String(provider ?? ""), String(provider ?? "")],
  );
  if (typeof file === "string") {
    const records = found.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value ?? "")])),
    );
    await replaceFile(resolve(file), stateCsv(COLUMNS, records));
    return {
      lines: [`${counted(found.length, "breach", "breaches")} written to ${file}`],
      data: { breaches: found.length, file },
    };
  }
  const lines = found.map(
    ({ ticket, commitment, priority, provider: who, breach_at: at, reason }) =>
      `${[ticket, commitment, priority, who, at].filter((part) => part !== "").join("  ")}${reason === "" ? "" : `  neutralised: ${reason}`}`,
  );
  return {
    lines: [counted(found.length, "breach", "breaches"), ...lines],
    data: { breaches: found },
  };
}

/** Checks the exclusions of a file, all or none, and adds those that are new to the state. */
async function read({ config }: CommandContext, file: string): Promise<CommandResult> {
  const path = resolve(file);
  await readFile(path).catch((error: Error) => {
    throw new UsageError(`cannot read ${file}: ${error.message}; expected a file of exclusions`);
  });
  using warehouse = await openProject(config);
  const { connection } = warehouse;
  await connection.run("create schema if not exists reference");
  const asked = await readNeutralisations(connection, path, config.commitments);
  const state = join(config.storage.state, NEUTRALISATIONS_FILE);
  const before = await readNeutralisations(connection, state, config.commitments);
  const keyOf = ({ ticket, commitment }: (typeof asked)[number]) => `${ticket} ${commitment}`;
  const known = new Map(before.map((record) => [keyOf(record), JSON.stringify(record)]));
  const changed = asked.filter(
    (record) => known.has(keyOf(record)) && known.get(keyOf(record)) !== JSON.stringify(record),
  );
  if (changed.length > 0)
    throw new StateFileError(
      file,
      changed.map((record) => ({
        line: 1,
        text: `${keyOf(record)} says otherwise than ${NEUTRALISATIONS_FILE}; expected the same, or a correction there`,
      })),
    );
  const added = asked.filter((record) => !known.has(keyOf(record)));
  if (added.length > 0)
    await replaceFile(state, stateCsv(NEUTRALISATION_COLUMNS, [...before, ...added]));
  return {
    lines: [`${counted(added.length, "exclusion")} added, ${before.length} kept`],
    data: { added: added.length, kept: before.length },
  };
}

export const breaches: Command = {
  summary: "list a month's breaches, write them as a file of exclusions, or read it back",
  help: `--month YYYY-MM lists the breaches that the month counts, --provider ID those in that provider's hands. --export FILE writes
them as CSV with empty columns reason, asked_by, approved_by and date; --read FILE checks such a file and adds the lines
with a reason to state/${NEUTRALISATIONS_FILE}, all or none; \`run\` then shows gross, net and the list.`,
  options: {
    month: { type: "string" },
    provider: { type: "string" },
    export: { type: "string" },
    read: { type: "string" },
  },
  run: (context) =>
    typeof context.options["read"] === "string"
      ? read(context, context.options["read"])
      : list(context),
};
