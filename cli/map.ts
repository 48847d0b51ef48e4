import { type StandaloneCommand, UsageError } from "./command.ts";
import { draftMappings, draftReport, mappingText } from "./mapping-draft.ts";

export const map: StandaloneCommand = {
  summary: "tell what files hold, what they lack, and write their mappings to standard output",
  help: `Looks at each FILE: the preset that reads it, columns with examples, dates, words without a home, what is missing and
what that costs, and how to export it. The report goes to standard error, the mapping to standard output.
--lang fr or en (default en) for the export recipe; --month-first where dates do not tell the day from the month.`,
  options: { lang: { type: "string" }, "month-first": { type: "boolean" } },
  async runAlone({ files, options, progress }) {
    if (files.length === 0) throw new UsageError("vigie map: no file; expected vigie map FILE…");
    const drafts = await draftMappings(files, options["month-first"] ? "month_first" : "day_first");
    for (const draft of drafts)
      for (const line of await draftReport(draft, options["lang"] === "fr" ? "fr" : "en"))
        progress(line);
    return {
      lines: drafts.flatMap((draft) => mappingText(draft, ".").trimEnd().split("\n")),
      data: {
        files: drafts.map(({ path, guess }) => ({
          path,
          preset: guess.preset,
          record: guess.record,
          fields: guess.fields,
          missing: guess.missing,
          unread: guess.unread,
          dates: guess.dates,
        })),
      },
    };
  },
};
