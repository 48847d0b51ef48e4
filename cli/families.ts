import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { rows } from "../ingest/query.ts";
import {
  checkDecisions,
  DECISION_COLUMNS,
  type Decision,
  mergesOf,
  readDecisions,
} from "../transform/family-decision.ts";
import { DECISIONS_FILE, LEDGER_COLUMNS, LEDGER_FILE } from "../transform/family-state.ts";
import { readStateCsv, replaceFile, stateCsv, StateFileError } from "../transform/state-csv.ts";
import { type Command, type CommandContext, type CommandResult, UsageError } from "./command.ts";
import { counted, openProject } from "./project.ts";

/** What helps to decide; read back, it is not looked at. */
const SHOWN = [
  "label",
  "service",
  "key_words",
  "occurrences_90_days",
  "tickets_90_days",
  "occurrences_180_days",
  "sites",
  "first_date",
  "last_date",
  "decided",
] as const;

/** Writes the working list with empty columns for the decisions. */
async function exportList(context: CommandContext, file: string): Promise<CommandResult> {
  const audience = String(context.options["audience"] ?? context.config.audiences[0]!.id);
  if (!context.config.audiences.some(({ id }) => id === audience))
    throw new UsageError(
      `--audience ${audience}; expected one of ${context.config.audiences.map(({ id }) => id).join(", ")}`,
    );
  using warehouse = await openProject(context.config);
  const list = await rows<Record<string, string | number | null>>(
    warehouse.connection,
    `select family_id, coalesce(nullif(name, ''), label) as label, service, key_words, occurrences_90_days, tickets_90_days,
       occurrences_180_days, sites, first_date, last_date, concat_ws(' ', decision, reference, owner, due_date) as decided
     from marts.mart_families where audience_id = ? and is_working_list
     order by occurrences_90_days desc, tickets_90_days desc, family_id`,
    [audience],
  );
  const records = list.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value ?? "")])),
  );
  const [id, ...decision] = DECISION_COLUMNS;
  await replaceFile(resolve(file), stateCsv([id, ...SHOWN, ...decision], records));
  return {
    lines: [`${counted(list.length, "family", "families")} written to ${file}`],
    data: { families: list.length, file },
  };
}

const MEMBER_COLUMNS = ["number", "opened", "site", "asset", "title"] as const;

/** The tickets of a family, titles as they were written: for people who may open the warehouse. */
async function exportMembers(
  { config }: CommandContext,
  family: string,
  file: string | undefined,
): Promise<CommandResult> {
  using warehouse = await openProject(config);
  const found = await rows<Record<string, string | null>>(
    warehouse.connection,
    `select coalesce(tickets.number, tickets.native_id) as number,
       strftime(timezone(reporting_zone, timezone('UTC', reference.to_instant(tickets.opened_second))), '%Y-%m-%d %H:%M:%S') as opened,
       tickets.site_id as site, tickets.asset, coalesce(tickets.title, tickets.symptom) as title
     from intermediate.int_incident_families as families
     join intermediate.int_tickets as tickets using (ticket_key)
     cross join reference.settings
     where families.family_key in (select family_key from intermediate.int_family_parts where family_id = ?)
     order by tickets.opened_second, tickets.ticket_key`,
    [family],
  );
  if (found.length === 0)
    throw new UsageError(`--members ${family}; expected a family of ${LEDGER_FILE}`);
  const text = stateCsv(
    MEMBER_COLUMNS,
    found.map((row) => Object.fromEntries(MEMBER_COLUMNS.map((name) => [name, row[name] ?? ""]))),
  );
  if (file === undefined)
    return { lines: text.slice(1).trimEnd().split("\r\n"), data: { tickets: found } };
  await replaceFile(resolve(file), text);
  return {
    lines: [`${counted(found.length, "ticket")} of ${family} written to ${file}`],
    data: { tickets: found.length, file },
  };
}

/** Checks the decisions of a file, all or none, and adds those that are new to the state. */
async function readList({ config }: CommandContext, file: string): Promise<CommandResult> {
  const path = resolve(file);
  await readFile(path).catch((error: Error) => {
    throw new UsageError(`cannot read ${file}: ${error.message}; expected a file of decisions`);
  });
  const records = await readStateCsv(path, DECISION_COLUMNS, SHOWN);
  const filled = records
    .filter(({ values }) =>
      DECISION_COLUMNS.some((name) => name !== "family_id" && values[name] !== ""),
    )
    .map(({ line, values }) => ({
      line,
      values: Object.fromEntries(DECISION_COLUMNS.map((name) => [name, values[name]!])),
    }));
  const decisions = checkDecisions(file, filled);
  const known = new Set(
    (await readStateCsv(join(config.storage.state, LEDGER_FILE), LEDGER_COLUMNS)).map(
      ({ values }) => values["family_id"]!,
    ),
  );
  const strangers = decisions.flatMap(({ family_id, decision, reference }, index) =>
    [family_id, ...(decision === "merge_into" ? [reference] : [])]
      .filter((id) => !known.has(id))
      .map((id) => ({
        line: filled[index]!.line,
        text: `family "${id}"; expected a family of ${LEDGER_FILE}`,
      })),
  );
  if (strangers.length > 0) throw new StateFileError(file, strangers);
  const state = join(config.storage.state, DECISIONS_FILE);
  const before = await readDecisions(state);
  const lines = new Set(before.map(lineOf));
  const added = decisions.filter((decision) => !lines.has(lineOf(decision)));
  mergesOf(file, [...before, ...added]);
  if (added.length > 0) await replaceFile(state, stateCsv(DECISION_COLUMNS, [...before, ...added]));
  return {
    lines: [`${counted(added.length, "decision")} added, ${before.length} kept`],
    data: { added: added.length, kept: before.length },
  };
}

const lineOf = (decision: Decision): string =>
  JSON.stringify(DECISION_COLUMNS.map((name) => decision[name]));

export const families: Command = {
  summary:
    "write the working list of families to decide on, list the tickets of one, or read decisions back",
  help: `--export FILE writes the working list as CSV, the columns of the decision empty (--audience to choose whose).
--members FAMILY lists the tickets of a family, titles as they were written; with --export FILE, as CSV.
--read FILE checks a CSV with decisions and adds them to state/decisions.csv, all or none; \`run\` then applies them.
Decisions: open_problem, attach_problem, known_error, automate, document, watch, no_action, merge_into (the family in
reference), split, reject; or none with a name. decided_by and decided_on are required.`,
  options: {
    export: { type: "string" },
    members: { type: "string" },
    read: { type: "string" },
    audience: { type: "string" },
  },
  async run(context) {
    const { export: exported, members, read } = context.options;
    const file = exported === undefined ? undefined : String(exported);
    if (typeof members === "string" && read === undefined)
      return exportMembers(context, members, file);
    if ((file === undefined) === (read === undefined))
      throw new UsageError(
        "vigie families; expected --export FILE, --members FAMILY or --read FILE",
      );
    if (typeof read === "string") {
      // A second writer is refused, as everywhere.
      using _warehouse = await openProject(context.config);
      return await readList(context, read);
    }
    return exportList(context, file!);
  },
};
