import { access, mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import Holidays from "date-holidays";
import { stringify } from "yaml";
import { loadConfig } from "./config.ts";
import { type StandaloneCommand, UsageError } from "./command.ts";
import {
  type Draft,
  draftMappings,
  draftReport,
  mappingText,
  schemaLine,
} from "./mapping-draft.ts";
import { counted } from "./project.ts";
import { zonesOfDuckDb } from "./zones.ts";

interface Assumption {
  id: string;
  text: { fr: string; en: string };
  confirmed: false;
}

const slug = (text: string): string =>
  text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "") || "source";

/** The one country of a zone, by the zones that its public holidays are told in; null when there are several or none. */
function countryOf(zone: string): string | null {
  const found = Object.keys(new Holidays().getCountries()).filter((country) =>
    new Holidays(country).getTimezones().includes(zone),
  );
  return found.length === 1 ? found[0]! : null;
}

interface Answers {
  name: string;
  zone: string;
  country: string | null;
  languages: string[];
  assumptions: Assumption[];
}

function answer(
  options: Record<string, string | boolean | undefined>,
  drafts: readonly Draft[],
): Answers {
  const assumptions: Assumption[] = [];
  const assume = (id: string, fr: string, en: string) =>
    assumptions.push({ id, text: { fr, en }, confirmed: false });
  const text = (name: string) => (typeof options[name] === "string" ? options[name] : undefined);
  const silent = drafts.filter(({ guess }) => guess.needsZone);
  const given = text("zone");
  if (given === undefined && silent.length > 0) {
    throw new UsageError(
      `vigie init: the instants of ${silent.map(({ path }) => basename(path)).join(", ")} carry no zone; expected --zone, such as --zone Europe/Paris: the zone that the tool shows its times in`,
    );
  }
  const zone = given ?? "UTC";
  if (given === undefined)
    assume("reporting-zone", "Les mois sont découpés en UTC.", "Months are cut in UTC.");
  const country = text("country") ?? countryOf(zone);
  if (country === null) {
    assume("holidays", "Aucun jour férié n'est déclaré.", "No public holidays are declared.");
  } else if (text("country") === undefined) {
    assume(
      "holidays",
      `Les jours fériés sont ceux du pays ${country}, d'après le fuseau ${zone}.`,
      `Public holidays are those of ${country}, after the zone ${zone}.`,
    );
  }
  assume(
    "office-hours",
    "Le service est ouvert du lundi au vendredi, de 8 h à 18 h.",
    "The service desk is open from Monday to Friday, 08:00 to 18:00.",
  );
  const name = text("name") ?? "Organisation";
  assume(
    "one-site",
    "Tous les tickets appartiennent à un seul site ; les services portent le nom que l'outil leur donne.",
    "Every ticket belongs to one site; services have the names that the tool gives them.",
  );
  for (const { path, guess } of drafts) {
    const file = basename(path);
    if (guess.preset === null)
      assume(
        `columns-${slug(file)}`,
        `Les colonnes de ${file} ont été devinées d'après leurs noms.`,
        `The columns of ${file} were guessed by their names.`,
      );
    else
      assume(
        `tool-${slug(file)}`,
        `${file} est lu comme un export de ${guess.about!.tool} (${guess.preset}).`,
        `${file} is read as an export of ${guess.about!.tool} (${guess.preset}).`,
      );
    if (guess.dates.isAssumed) {
      const isDay = guess.dates.order === "day_first";
      assume(
        `dates-${slug(file)}`,
        `Dans ${file}, le ${isDay ? "jour" : "mois"} vient en premier dans les dates ; rien ne le prouve.`,
        `In ${file} the ${isDay ? "day" : "month"} comes first in dates; nothing proves it.`,
      );
    }
  }
  return {
    name,
    zone,
    country,
    languages: text("lang") === "en" ? ["en", "fr"] : ["fr", "en"],
    assumptions,
  };
}

const mappingName = (path: string): string =>
  `${basename(path).replace(/\.(csv|txt|tsv|xlsx)?(\.gz|\.zip)?$/i, "")}.mapping.yaml`;

function configText(drafts: readonly Draft[], folder: string, answers: Answers): string {
  const { name, zone, country, languages, assumptions } = answers;
  const folders = drafts.map(({ path }) => relative(folder, dirname(resolve(path))));
  const outside = [...new Set(folders.filter((path) => path.startsWith("..")))];
  const tools = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const tool = draft.guess.about?.tool ?? "Unknown tool";
    tools.set(tool, [...(tools.get(tool) ?? []), draft]);
  }
  const config = {
    vigie: 1,
    organisation: {
      name,
      reporting_zone: zone,
      entities: [
        { id: "group", kind: "group", name },
        {
          id: "site",
          kind: "site",
          parent: "group",
          name,
          zone,
          ...(country ? { holidays: { country } } : {}),
        },
      ],
    },
    languages,
    ...(outside.length > 0 ? { folders: outside } : {}),
    sources: [...tools].map(([tool, files]) => ({
      id: slug(tool),
      tool,
      zone,
      site: "site",
      inputs: files.map(({ path }) => ({
        path: relative(folder, resolve(path)),
        mapping: mappingName(path),
      })),
    })),
    calendars: [
      {
        id: "office",
        zone: "site",
        holidays: country ? "site" : "none",
        hours: { "mon-fri": ["08:00-18:00"] },
      },
    ],
    assumptions,
  };
  return [
    schemaLine("vigie", folder),
    "# Written by vigie init. What it assumed is at the end: set confirmed: true once you have checked it.",
    "# Promised delays go under `commitments:`; without any, the tool's own verdict and the delays are shown.",
    stringify(config, { lineWidth: 0 }),
  ].join("\n");
}

export const init: StandaloneCommand = {
  summary: "write a configuration and mapping files for exports of which nothing is known",
  help: `Looks at each FILE and writes vigie.yaml and one mapping file each into --folder (default here), never over a file that is
there unless --force. --zone is the zone that the tool shows its times in: required where they carry none. --country (such as
FR) for public holidays, --name of the organisation, --lang fr or en, --month-first where dates do not tell the day from the
month. What was assumed stands at the end of vigie.yaml and on every page until confirmed.`,
  options: {
    folder: { type: "string" },
    zone: { type: "string" },
    country: { type: "string" },
    name: { type: "string" },
    lang: { type: "string" },
    "month-first": { type: "boolean" },
    force: { type: "boolean" },
  },
  async runAlone({ files, options, progress }) {
    if (files.length === 0) throw new UsageError("vigie init: no file; expected vigie init FILE…");
    const zone = options["zone"];
    if (zone !== undefined && !(await zonesOfDuckDb()).includes(String(zone)))
      throw new UsageError(`--zone ${String(zone)}; expected an IANA zone such as Europe/Paris`);
    const folder = resolve(String(options["folder"] ?? "."));
    const drafts = await draftMappings(files, options["month-first"] ? "month_first" : "day_first");
    const answers = answer(options, drafts);
    const texts = new Map([["vigie.yaml", configText(drafts, folder, answers)]]);
    for (const draft of drafts) {
      const name = mappingName(draft.path);
      if (texts.has(name))
        throw new UsageError(
          `vigie init: two files are called ${basename(draft.path)}; expected each name once`,
        );
      texts.set(name, mappingText(draft, folder));
    }
    if (options["force"] !== true) await refuseOverwriting(folder, [...texts.keys()]);
    await mkdir(folder, { recursive: true });
    for (const [name, text] of texts) await writeFile(join(folder, name), text);
    for (const draft of drafts)
      for (const line of await draftReport(draft, options["lang"] === "en" ? "en" : "fr"))
        progress(line);
    for (const { text } of answers.assumptions) progress(`assumed   ${text.en}`);
    const config = await loadConfig(join(folder, "vigie.yaml"));
    return {
      lines: [
        `${counted(texts.size, "file")} written to ${folder}`,
        `next: vigie run --serve --config ${join(relative(".", folder), "vigie.yaml")}`,
      ],
      data: {
        folder,
        files: [...texts.keys()],
        presets: drafts.map(({ guess }) => guess.preset),
        assumptions: answers.assumptions.map(({ id }) => id),
        sources: config.sources.map(({ id }) => id),
      },
    };
  },
};

async function refuseOverwriting(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const isThere = await access(join(folder, name)).then(
      () => true,
      () => false,
    );
    if (isThere)
      throw new UsageError(
        `vigie init: ${join(folder, name)} is there; expected --force to write over it`,
      );
  }
}
