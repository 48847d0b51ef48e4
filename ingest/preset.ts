import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { z } from "zod";
import {
  checkYaml,
  ConfigError,
  describeFault,
  didYouMean,
  readYaml,
  valueAt,
} from "./yaml-file.ts";
import type { Fault, YamlFile, YamlPath } from "./yaml-file.ts";

type Raw = Record<string, unknown>;

const FOLDER = fileURLToPath(new URL("presets/", import.meta.url));

const namesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length))
    .toSorted();

/** Ids of the presets: mappings of tools that Vigie knows. */
export const PRESETS: readonly string[] = namesIn(FOLDER);

/** Tables of words that mappings can take in by name. */
export const VOCABULARIES: readonly string[] = namesIn(join(FOLDER, "vocabulary"));

/** File of a preset. */
export const presetPath = (id: string): string => join(FOLDER, `${id}.yaml`);

const steps = z.array(z.string().min(1)).min(1);

/** What a preset says of its tool besides the mapping itself. */
export const aboutSchema = z
  .strictObject({
    tool: z.string().min(1).describe("Product whose exports it reads"),
    evidence: z
      .enum(["export", "documentation"])
      .describe("Whether rows of a real instance were seen, or only the tool's documentation"),
    numbers: z
      .string()
      .optional()
      .describe(
        "Regular expression that the numbers of its records follow, by which files are told apart",
      ),
    recipe: z.strictObject({ fr: steps, en: steps }).describe("How to export, step by step"),
  })
  .describe("The tool of a preset and how to export from it");

export type About = z.output<typeof aboutSchema>;

/** What the preset of that id says of its tool. */
export async function presetAbout(id: string): Promise<About> {
  const file = await readYaml(presetPath(id));
  const { value, faults } = checkYaml(file, aboutSchema, ["about"]);
  if (value === undefined) throw new ConfigError(file.path, faults);
  return value;
}

const isRaw = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const rawOf = (value: unknown): Raw => (isRaw(value) ? value : {});

/** A mapping file with what it takes from its preset. */
export interface ExtendedMapping extends YamlFile {
  /** Fields of which only the preset speaks: their columns may be missing, and nobody asked for them. */
  inherited?: ReadonlySet<string>;
}

/**
 * A mapping with what it takes from its preset and its vocabularies, before any check; faults still show the lines of
 * the file itself. Its own keys come before those of the vocabularies, and those before the preset's.
 *
 * @throws ConfigError when there is no such preset or vocabulary.
 */
export async function extendMapping(file: YamlFile): Promise<ExtendedMapping> {
  const own = file.data;
  if (!isRaw(own) || (own["preset"] === undefined && own["vocabulary"] === undefined)) return file;
  const faults = [
    ...unknownName(file, ["preset"], PRESETS),
    ...(Array.isArray(own["vocabulary"]) ? own["vocabulary"] : []).flatMap((_, index) =>
      unknownName(file, ["vocabulary", index], VOCABULARIES),
    ),
  ];
  if (faults.length > 0) throw new ConfigError(file.path, faults);
  let base: Raw = {};
  if (typeof own["preset"] === "string") {
    const preset = await extendMapping(await readYaml(presetPath(own["preset"])));
    const { about: _about, vocabulary: _vocabulary, ...rest } = preset.data as Raw;
    base = rest;
  }
  for (const name of Array.isArray(own["vocabulary"]) ? (own["vocabulary"] as string[]) : []) {
    const words = await readYaml(join(FOLDER, "vocabulary", `${name}.yaml`));
    base = merged(base, rawOf(words.data));
  }
  const inherited = Object.keys(rawOf(base["fields"])).filter(
    (field) => !(field in rawOf(own["fields"])),
  );
  return { ...file, data: merged(base, own), inherited: new Set(inherited) };
}

function unknownName(file: YamlFile, path: YamlPath, names: readonly string[]): Fault[] {
  const value = valueAt(file.data, path);
  if (value === undefined || (typeof value === "string" && names.includes(value))) return [];
  const kind = path[0] === "preset" ? "a preset" : "a vocabulary";
  return [describeFault(file, path, `${kind}: ${names.join(", ")}${didYouMean(value, names)}`)];
}

/** `own` over `base`: fields and lookups key by key, anything else as a whole. */
function merged(base: Raw, own: Raw): Raw {
  const result: Raw = { ...base, ...own };
  if (base["fields"] !== undefined) {
    result["fields"] = mergedFields(rawOf(base["fields"]), own["fields"]);
  }
  if (isRaw(base["dialect"]) && isRaw(own["dialect"]))
    result["dialect"] = { ...base["dialect"], ...own["dialect"] };
  if (isRaw(base["lookups"]) && (own["lookups"] === undefined || isRaw(own["lookups"]))) {
    const tables = new Map<string, unknown>(Object.entries(base["lookups"]));
    for (const [name, table] of Object.entries(rawOf(own["lookups"]))) {
      tables.set(name, isRaw(table) ? mergedWords(rawOf(tables.get(name)), table) : table);
    }
    result["lookups"] = Object.fromEntries(tables);
  }
  return result;
}

/** A table of words of which the later say more than the earlier, letter case aside. */
function mergedWords(base: Raw, own: Raw): Raw {
  const said = new Set(Object.keys(own).map((word) => word.toLowerCase()));
  const kept = Object.entries(base).filter(([word]) => !said.has(word.toLowerCase()));
  return Object.fromEntries([...kept, ...Object.entries(own)]);
}

/** Nothing (`null`) takes a field away; a column alone keeps the lookup, a format alone keeps the columns. */
function mergedFields(base: Raw, own: unknown): unknown {
  if (own !== undefined && !isRaw(own)) return own;
  const fields = new Map<string, unknown>(Object.entries(base));
  for (const [name, given] of Object.entries(own ?? {})) {
    const before = fields.get(name);
    if (given === null) fields.delete(name);
    else fields.set(name, isRaw(before) ? mergedField(before, given) : given);
  }
  return Object.fromEntries(fields);
}

const ORIGINS = ["column", "position", "first", "constant"];

function mergedField(base: Raw, own: unknown): unknown {
  const given = typeof own === "string" ? { column: own } : own;
  if (!isRaw(given) || given["constant"] !== undefined) return given;
  const isMoved = ORIGINS.some((key) => given[key] !== undefined);
  const kept = Object.entries(base).filter(([key]) => {
    if (ORIGINS.includes(key)) return !isMoved;
    return (
      !(key === "lookup" && given["lookup_by"] !== undefined) &&
      !(key === "lookup_by" && given["lookup"] !== undefined)
    );
  });
  const all = { ...Object.fromEntries(kept), ...given };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}
