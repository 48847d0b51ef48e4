import { rows } from "../ingest/query.ts";
import type { Command } from "./command.ts";
import { counted, openToRead } from "./project.ts";
import { tableLines } from "./table.ts";

interface Entry {
  import_id: number;
  source: string;
  file: string;
  record: string;
  received_at: string;
  exported_at: string | null;
  data_through: string | null;
  mapping: string;
  records: number;
  accepted: number;
  quarantined: number;
  inserted: number;
  unchanged: number;
  is_standing: boolean;
}

export const imports: Command = {
  summary: "list what was imported: which file, when, by which mapping, how many records",
  help: `Instants are UTC. New are the versions that an import added, unchanged those that it found there already.
--all lists also the readings whose place a later one has taken.`,
  options: { all: { type: "boolean" } },
  async run({ config, options, warn }) {
    using warehouse = await openToRead({ config, warn });
    const found = await rows<Entry>(
      warehouse.connection,
      `select import_id, source_id as source, file, record_kind as record, received_at::varchar as received_at,
         exported_at::varchar as exported_at, data_through::varchar as data_through, mapping, mapping_file, reading_sha256, sha256,
         bytes, records, accepted, quarantined, inserted, unchanged, is_full, is_standing
       from ingest.imports where is_standing or ${options["all"] === true} order by import_id`,
    );
    const lines = tableLines(
      [
        "source",
        "file",
        "record",
        "received",
        "mapping",
        "records",
        "new",
        "unchanged",
        "rejected",
      ],
      found.map((entry) => [
        entry.source,
        entry.file,
        entry.record,
        entry.received_at,
        entry.is_standing ? entry.mapping : `${entry.mapping} (replaced)`,
        entry.records,
        entry.inserted,
        entry.unchanged,
        entry.quarantined,
      ]),
    );
    return { lines: found.length === 0 ? [counted(0, "import")] : lines, data: { imports: found } };
  },
};
