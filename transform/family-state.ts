import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { rows } from "../ingest/query.ts";
import { DECISION_COLUMNS, mergesOf, readDecisions } from "./family-decision.ts";
import { ledgerKey } from "./ledger-key.ts";
import { signatureOf } from "./signature.ts";
import { readStateCsv, stateCsv } from "./state-csv.ts";
import { fillTable } from "./table-model.ts";
import { folded, WORDS } from "./words.ts";

export const LEDGER_FILE = "families.csv";
export const DECISIONS_FILE = "decisions.csv";
/** Words of both languages that mean the same: `word;same`. Optional. */
export const LEXICON_FILE = "lexicon.csv";

export const LEDGER_COLUMNS = [
  "family_id",
  "event",
  "other_family_id",
  "service",
  "leader",
  "anchor",
  "category",
  "data_through",
] as const;

/** Writes what people and earlier runs said of families into `reference`, as relations that models join. */
export async function buildFamilyState(
  connection: DuckDBConnection,
  stateFolder: string,
): Promise<void> {
  const path = (file: string) => join(stateFolder, file);
  const ledger = await readStateCsv(path(LEDGER_FILE), LEDGER_COLUMNS);
  const decisions = await readDecisions(path(DECISIONS_FILE));
  const lexicon = await readStateCsv(path(LEXICON_FILE), ["word", "same"]);
  const fill = (
    table: string,
    columns: readonly string[],
    records: readonly Record<string, string>[],
  ) =>
    fillTable(
      connection,
      `reference.${table}`,
      {
        entry: "integer",
        ...Object.fromEntries(columns.map((name) => [name, "varchar" as const])),
      },
      {
        entry: records.map((_, index) => index + 1),
        ...Object.fromEntries(
          columns.map((name) => [name, records.map((record) => record[name] ?? "")]),
        ),
      },
    );
  await fill(
    "family_ledger",
    LEDGER_COLUMNS,
    ledger.map(({ values }) => ({
      ...values,
      leader: ledgerKey(values["leader"]!),
      anchor: ledgerKey(values["anchor"]!),
    })),
  );
  await fill("family_decisions", DECISION_COLUMNS, decisions);
  await fill(
    "family_merges",
    ["family_id", "into_family_id"],
    [...mergesOf(path(DECISIONS_FILE), decisions)].map(([family_id, into_family_id]) => ({
      family_id,
      into_family_id,
    })),
  );
  await fill(
    "lexicon",
    ["word", "same"],
    lexicon.map(({ values }) => ({
      word: tokenOf(values["word"]!),
      same: tokenOf(values["same"]!),
    })),
  );
  await fill(
    "title_forms",
    ["signature"],
    [...new Set(WORDS.forms.map((form) => signatureOf(form).signature))].map((signature) => ({
      signature,
    })),
  );
}

/** A word of the lexicon as signatures hold it. */
const tokenOf = (word: string): string => signatureOf(word).signature || folded(word);

/** The ledger as it is to be after this run: the file as it is, with the new entries of the run at its end. */
export async function nextLedger(
  connection: DuckDBConnection,
  stateFolder: string,
): Promise<{ path: string; text: string; entries: number }> {
  const path = join(stateFolder, LEDGER_FILE);
  const found = await rows<Record<string, string>>(
    connection,
    `select family_id, event, other_family_id, service, leader, anchor, category,
       strftime(reference.to_instant(as_of_second), '%Y-%m-%dT%H:%M:%SZ') as data_through
     from intermediate.int_family_events, intermediate.int_as_of order by place`,
  );
  const text = stateCsv(
    LEDGER_COLUMNS,
    found.map((entry) => ({
      ...entry,
      leader: ledgerKey(entry["leader"]!),
      anchor: ledgerKey(entry["anchor"]!),
    })),
  );
  const before = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (before === null) return { path, text, entries: found.length };
  const body = text.slice(text.indexOf("\n") + 1);
  const end = before.endsWith("\n") ? "" : "\r\n";
  return { path, text: before + end + body, entries: found.length };
}
