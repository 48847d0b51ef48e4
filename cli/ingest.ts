import { ingestSources, type IngestResult } from "../ingest/sources.ts";
import type { Warehouse } from "../ingest/warehouse.ts";
import type { Command, CommandContext } from "./command.ts";
import { counted, openProject, receiptNow } from "./project.ts";

/** Imports what is new into an open warehouse, with a progress line a file. */
export async function ingestInto(
  warehouse: Warehouse,
  { config, progress }: Pick<CommandContext, "config" | "progress">,
): Promise<IngestResult> {
  const pseudonymKey = process.env["VIGIE_PSEUDONYM_KEY"] || null;
  return ingestSources(warehouse.connection, {
    sources: config.sources,
    folder: config.folder,
    landingFolder: config.storage.landing,
    pseudonymKey,
    receivedAt: receiptNow(),
    onFile: (file) => {
      const quarantined = file.quarantined > 0 ? `, ${file.quarantined} quarantined` : "";
      progress(
        `ingest     ${file.file}: ${counted(file.records, "record")}, ${file.inserted.toLocaleString("en-GB")} new${quarantined}`,
      );
      for (const { field, column } of file.missingColumns) {
        progress(
          `ingest     ${file.file}: no column "${column}"; ${field} is left empty and the figures that need it are withheld`,
        );
      }
    },
  });
}

export const ingest: Command = {
  summary: "import the files of the sources into the warehouse",
  help: `Takes each file once, in one transaction; what cannot be taken goes to quarantine with its line and reason.
People are stored as pseudonyms of the key in VIGIE_PSEUDONYM_KEY; without a key only their presence is kept.`,
  async run(context) {
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
