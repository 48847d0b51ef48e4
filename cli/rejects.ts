import { resolve } from "node:path";
import { groupRejects, listRejects, REJECT_COLUMNS, type RejectScope } from "../ingest/rejects.ts";
import { replaceFile, stateCsv } from "../transform/state-csv.ts";
import { type Command, type CommandContext, type CommandResult, UsageError } from "./command.ts";
import { counted, openToRead } from "./project.ts";
import { remapIn, remapLines } from "./remap.ts";
import { tableLines } from "./table.ts";

async function showGroups(context: CommandContext, scope: RejectScope): Promise<CommandResult> {
  using warehouse = await openToRead(context);
  const groups = await groupRejects(warehouse.connection, scope);
  const lines = tableLines(
    ["records", "source", "file", "column", "reason", "first line", "expected", "example"],
    groups.map((group) => [
      group.records,
      group.source,
      group.file,
      group.column || "(record)",
      group.reason,
      group.firstLine,
      group.expected,
      group.example,
    ]),
  );
  return { lines: groups.length === 0 ? ["nothing in quarantine"] : lines, data: { groups } };
}

async function writeList(
  context: CommandContext,
  scope: RejectScope,
  file: string,
): Promise<CommandResult> {
  using warehouse = await openToRead(context);
  const list = await listRejects(warehouse.connection, scope);
  await replaceFile(resolve(file), stateCsv(REJECT_COLUMNS, list as Record<string, string>[]));
  return {
    lines: [`${counted(list.length, "fault")} written to ${file}`],
    data: { faults: list.length, file },
  };
}

export const rejects: Command = {
  summary: "list what is in quarantine by file, column and reason; export it; read it again",
  help: `--source ID and --file NAME choose whose. --export FILE writes every fault as CSV with its line, value and reason.
--replay reads the files that have rejects again, once their mapping is mended: what can be taken leaves the quarantine.`,
  options: {
    source: { type: "string" },
    file: { type: "string" },
    export: { type: "string" },
    replay: { type: "boolean" },
  },
  async run(context) {
    const { export: exported, replay, source = "", file = "" } = context.options;
    if (exported !== undefined && replay === true)
      throw new UsageError("vigie rejects --export --replay; expected one of them");
    if (replay === true && (source !== "" || file !== ""))
      throw new UsageError("vigie rejects --replay; expected no --source and no --file");
    if (replay === true) return remapLines(await remapIn(context, { onlyRejects: true }));
    const scope = { source: String(source), file: String(file) };
    if (typeof exported === "string") return writeList(context, scope, exported);
    return showGroups(context, scope);
  },
};
