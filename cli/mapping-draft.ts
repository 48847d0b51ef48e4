import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { prepareCsv } from "../connectors/csv.ts";
import type { TableFile } from "../connectors/connector.ts";
import type { DayOrder } from "../ingest/date-format.ts";
import { type Guess, guessFile } from "../ingest/guess.ts";
import { costsOf } from "./costs.ts";
import { counted } from "./project.ts";

/** Folder of the JSON Schemas that editors complete and check YAML by. */
export const SCHEMAS_FOLDER = fileURLToPath(new URL("../schemas/", import.meta.url));

/** A file that was looked at, what was guessed of it, and the mapping file that says so. */
export interface Draft {
  path: string;
  file: TableFile;
  guess: Guess;
}

/**
 * Looks at files of which nothing is known.
 *
 * @throws when one is no table, or holds nothing that can be told.
 */
export async function draftMappings(paths: readonly string[], order: DayOrder): Promise<Draft[]> {
  const landingFolder = await mkdtemp(join(tmpdir(), "vigie-map-"));
  try {
    const drafts: Draft[] = [];
    for (const path of paths) {
      const file = await prepareCsv(path, { landingFolder });
      drafts.push({ path, file, guess: await guessFile(file, order) });
      await file.release();
    }
    return drafts;
  } finally {
    await rm(landingFolder, { recursive: true, force: true });
  }
}

/** The line that tells an editor where the schema of a YAML file is. */
export const schemaLine = (schema: "vigie" | "mapping", folder: string): string =>
  `# yaml-language-server: $schema=${relative(folder, join(SCHEMAS_FOLDER, `${schema}.schema.json`))}`;

/** The text of the mapping file that says what was guessed; it lies in `folder`. */
export function mappingText({ path, file, guess }: Draft, folder: string): string {
  const { mapping, preset, dates } = guess;
  const said = {
    ...(preset ? { preset } : { record: guess.record, vocabulary: ["glpi", "jira", "common"] }),
    name: `${guess.about?.tool ?? "Unknown tool"}: ${basename(path)}`,
    ...(dates.isAssumed ? { dates: dates.formats } : {}),
    ...(preset
      ? {}
      : {
          fields: Object.fromEntries(
            guess.fields.map(({ field, column }) => [
              field,
              mapping.fields[field]?.lookup
                ? { column, lookup: mapping.fields[field].lookup }
                : column,
            ]),
          ),
        }),
  };
  const homeless = guess.fields.filter((field) => field.homeless.length > 0);
  const words = homeless.flatMap(({ field, homeless: list }) => [
    `#   ${mapping.fields[field]?.lookup ?? field}:`,
    ...list.map(
      ({ word, records }) =>
        `#     ${JSON.stringify(word)}: ?   # ${counted(records, "record")} of the sample`,
    ),
  ]);
  return [
    schemaLine("mapping", folder),
    `# ${basename(path)}: ${file.encoding}, separator ${JSON.stringify(file.separator)}, ${counted(file.records, "record")}. Written by vigie; edit it freely.`,
    ...guess.fields.map((field) => `#   ${field.field} <- ${field.column}${shown(field)}`),
    ...(guess.unread.length > 0
      ? [`# Not read: ${guess.unread.join(", ").replaceAll("\n", " ")}`]
      : []),
    stringify(said, { lineWidth: 0 }).trimEnd(),
    ...(words.length > 0
      ? [
          "# Words without a home: replace each ? by a value and take the # away.",
          "# lookups:",
          ...words,
        ]
      : []),
    "",
  ].join("\n");
}

function shown({ samples, isEmpty }: Guess["fields"][number]): string {
  const parts = samples.map(({ text, value }) => {
    const line = text.replaceAll(/\s+/g, " ");
    const short = line.length > 30 ? `${line.slice(0, 29)}…` : line;
    return value === null ? short : `${short} = ${value}`;
  });
  if (isEmpty) return " (always empty)";
  return parts.length === 0 ? " (not shown)" : `: ${parts.join(" | ")}`;
}

/** What was found of a file, what is missing, what that costs and how to export it, for a person. */
export async function draftReport(
  { path, file, guess }: Draft,
  language: "fr" | "en",
): Promise<string[]> {
  const costs = guess.record === "ticket" ? await costsOf(guess.missing) : [];
  const { dates } = guess;
  const order =
    dates.order === null
      ? ""
      : `, ${dates.order === "day_first" ? "day first" : "month first"}${dates.isAssumed ? " (assumed: the values do not tell)" : ""}`;
  return [
    `${basename(path)}: ${guess.preset ? `preset ${guess.preset} (${guess.about!.tool}${guess.about!.evidence === "documentation" ? ", from its documentation" : ""})` : `no preset; columns guessed by their names, as ${guess.record}`}`,
    `  written   ${file.encoding}, separator ${JSON.stringify(file.separator)}, ${counted(file.records, "record")}; dates ${dates.formats.length > 0 ? dates.formats.join(" or ") : "ISO 8601"}${order}`,
    ...guess.fields.map((field) => `  ${field.field.padEnd(20)} <- ${field.column}${shown(field)}`),
    ...guess.fields.flatMap(({ field, homeless }) =>
      homeless.map(
        ({ word, records }) =>
          `  no home   ${field}: ${JSON.stringify(word)}, ${counted(records, "record")} of the sample`,
      ),
    ),
    ...(guess.unread.length > 0 ? [`  not read  ${guess.unread.join(", ")}`] : []),
    ...costs.map(({ fields, metrics }) => `  missing   ${fields}: withholds ${metrics.join(", ")}`),
    ...(guess.about && costs.length > 0
      ? [
          `  to export it from ${guess.about.tool}:`,
          ...guess.about.recipe[language].map((step, index) => `    ${index + 1}. ${step}`),
        ]
      : []),
  ];
}
