import type { ImportResult } from "../ingest/import.ts";
import { watchInbox } from "../ingest/inbox.ts";
import { ingestSources, type IngestOptions, type IngestResult } from "../ingest/sources.ts";
import type { Warehouse } from "../ingest/warehouse.ts";
import type { Command, CommandContext, CommandResult } from "./command.ts";
import { ingestProgress } from "./progress.ts";
import { counted, openProject, receiptNow } from "./project.ts";

type Context = Pick<CommandContext, "config" | "progress" | "options">;

function describeImport(file: ImportResult): string[] {
  const quarantined =
    file.quarantined > 0 ? `, ${file.quarantined.toLocaleString("en-GB")} quarantined` : "";
  return [
    `ingest     ${file.file}: ${counted(file.records, "record")}, ${file.inserted.toLocaleString("en-GB")} new${quarantined}`,
    ...file.missingColumns.map(
      ({ field, column }) =>
        `ingest     ${file.file}: no column "${column}"; ${field} is left empty and the figures that need it are withheld`,
    ),
  ];
}

/** How a configuration is ingested, and its progress shown; `end` clears what is left of that. */
function optionsOf({ config, progress, options }: Context): Omit<IngestOptions, "receivedAt"> & {
  end: () => void;
} {
  const { stderr } = process;
  const isLive = stderr.isTTY && options["quiet"] !== true;
  const rewrite = isLive ? (text: string) => void stderr.write(text) : null;
  const shown = ingestProgress({ line: progress, rewrite, columns: stderr.columns }, () =>
    performance.now(),
  );
  return {
    sources: config.sources,
    folder: config.folder,
    folders: config.folders,
    landingFolder: config.storage.landing,
    pseudonymKey: process.env["VIGIE_PSEUDONYM_KEY"] || null,
    onFile: (file) => describeImport(file).forEach((line) => shown.line(line)),
    onProgress: (state) => shown.update(state),
    end: shown.end,
  };
}

/** Imports what is new into an open warehouse, with a progress line a file. */
export async function ingestInto(warehouse: Warehouse, context: Context): Promise<IngestResult> {
  const options = optionsOf(context);
  try {
    return await ingestSources(warehouse.connection, { ...options, receivedAt: receiptNow() });
  } finally {
    options.end();
  }
}

/** Imports what comes until the process is told to end. */
async function ingestUntilTold(context: Context): Promise<CommandResult> {
  const options = optionsOf(context);
  const told = new AbortController();
  const end = () => told.abort();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, end);
  let imports = 0;
  let failed = 0;
  using warehouse = await openProject(context.config);
  context.progress("watch      waiting for files; SIGTERM or Ctrl-C ends");
  await watchInbox(warehouse.connection, {
    ...options,
    signal: told.signal,
    receiptNow,
    onFile: (file) => {
      imports += 1;
      options.onFile?.(file);
    },
    onError: (file, error) => {
      failed += 1;
      options.end();
      context.progress(`ingest     ${file} stays where it is: ${error.message.split("\n")[0]}`);
    },
  });
  options.end();
  const errors = failed > 0 ? `, ${counted(failed, "error")}` : "";
  return {
    lines: [`${counted(imports, "file")} imported${errors}`],
    data: { imports, errors: failed },
  };
}

export const ingest: Command = {
  summary: "import the files of the sources into the warehouse",
  help: `Takes each file once, in one transaction; what cannot be taken goes to quarantine with its line and reason.
--watch goes on, and takes what comes into the folders of the inputs once it has stopped growing; .part, .tmp and ~$ files are
passed over, a file that fails stays where it is. SIGTERM ends it.
People are stored as pseudonyms of the key in VIGIE_PSEUDONYM_KEY; without a key only their presence is kept.`,
  options: { watch: { type: "boolean" } },
  async run(context) {
    if (context.options["watch"] === true) return ingestUntilTold(context);
    using warehouse = await openProject(context.config);
    const result = await ingestInto(warehouse, context);
    return { lines: [ingestLine(result)], data: { ...result } };
  },
};

/** What an ingest did, in one line. */
export function ingestLine({ imports, known }: IngestResult): string {
  if (imports.length === 0) return `nothing new in ${counted(known, "file")}`;
  const records = imports.reduce((sum, file) => sum + file.records, 0);
  const quarantined = imports.reduce((sum, file) => sum + file.quarantined, 0);
  return `${counted(imports.length, "file")} imported: ${counted(records, "record")}, ${quarantined.toLocaleString("en-GB")} quarantined`;
}
