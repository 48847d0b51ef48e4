import { readFile } from "node:fs/promises";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, Pair } from "yaml";
import type { z } from "zod";
import { closest } from "./suggestion.ts";

/** One thing wrong in a configuration file. */
export interface Fault {
  /** Line in the file, from 1; the parent's line when the key is missing. */
  line: number;
  /** `<what failed> <where>: <value>; <what was expected>`, one line, without the file's name. */
  message: string;
}

/** A configuration or mapping file that cannot be used; its message has one line `file:line: fault` a fault. */
export class ConfigError extends Error {
  readonly file: string;
  readonly faults: readonly Fault[];

  constructor(file: string, faults: readonly Fault[]) {
    const sorted = faults.toSorted((a, b) => a.line - b.line);
    super(sorted.map((fault) => `${file}:${fault.line}: ${fault.message}`).join("\n"));
    this.name = "ConfigError";
    this.file = file;
    this.faults = sorted;
  }
}

/** Where a value stands in a YAML file: keys and list indexes from the top. */
export type YamlPath = readonly (string | number)[];

/** A YAML file that could be parsed, with the line of each of its values. */
export interface YamlFile {
  /** Path as given. */
  path: string;
  /** Plain JavaScript value; dates stay text (YAML 1.2). */
  data: unknown;
  /** Line of the key (or list item) at a path, else of its nearest ancestor that exists. */
  lineOf(path: YamlPath): number;
}

/**
 * Reads and parses a YAML 1.2 file. Anchors are allowed; duplicate keys are faults.
 * Throws ConfigError when the file cannot be read or is not valid YAML.
 */
export async function readYaml(path: string): Promise<YamlFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : String(cause);
    throw new ConfigError(path, [
      { line: 1, message: `cannot read: ${reason}; expected a YAML file` },
    ]);
  }
  return parseYaml(path, text);
}

/** Parses YAML text as readYaml does; `path` is only used in messages. */
export function parseYaml(path: string, text: string): YamlFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    version: "1.2",
    lineCounter,
    prettyErrors: false,
    uniqueKeys: true,
  });
  const lineAt = (offset: number) => Math.max(1, lineCounter.linePos(offset).line);
  const faults = [...document.errors, ...document.warnings].map((error) => ({
    line: lineAt(error.pos[0]),
    message:
      error.code === "DUPLICATE_KEY"
        ? `duplicate key ${/^[^:\n]*/.exec(text.slice(error.pos[0]))![0].trim()}; expected each key once`
        : `not valid YAML: ${error.message.replaceAll(/\s+/g, " ")}; expected YAML 1.2`,
  }));
  if (faults.length > 0) throw new ConfigError(path, faults);
  let data: unknown;
  try {
    data = document.toJS();
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new ConfigError(path, [
      { line: 1, message: `not valid YAML: ${reason}; expected YAML 1.2` },
    ]);
  }
  return { path, data, lineOf: (where) => lineAt(offsetOf(document, where)) };
}

function offsetOf(document: Document, path: YamlPath): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      if (!pair) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
    } else if (isSeq(node) && typeof step === "number" && node.items[step]) {
      node = node.items[step] as Node;
      offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

/** A path as people read it: `sources[0].zone`. */
export function showPath(path: YamlPath): string {
  return path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`,
    )
    .join("");
}

/** A value of a YAML file on one line, cut at 80 characters. */
export function showValue(value: unknown): string {
  if (value === null) return "(nothing)";
  const text = typeof value === "string" ? value || "(empty text)" : JSON.stringify(value);
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

/** The value at a path of plain data, or undefined. */
export function valueAt(data: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | null | undefined)?.[step],
    data,
  );
}

/** `<path>: <value>; expected <expected>` or `<path> missing; expected <expected>`, with the path's line. */
export function describeFault(file: YamlFile, path: YamlPath, expected: string): Fault {
  const value = valueAt(file.data, path);
  const where = showPath(path) || "the file";
  // Where the name of a variable belongs, a secret may stand by mistake.
  const isSecret = where.endsWith("_env");
  const shown = () => (isSecret ? "(not shown)" : showValue(value));
  const what = value === undefined ? `${where} missing` : `${where}: ${shown()}`;
  return { line: file.lineOf(path), message: `${what}; expected ${expected}` };
}

/** ` (did you mean x?)`, or nothing when no candidate is close. */
export function didYouMean(value: unknown, candidates: Iterable<string>): string {
  const suggestion = typeof value === "string" ? closest(value, candidates) : undefined;
  return suggestion === undefined ? "" : ` (did you mean ${suggestion}?)`;
}

/** Checks the value at `at` against a schema; gives the parsed value, or every fault with its line. */
export function checkYaml<S extends z.ZodType>(
  file: YamlFile,
  schema: S,
  at: YamlPath = [],
): { value: z.output<S>; faults: [] } | { value: undefined; faults: Fault[] } {
  const result = schema.safeParse(valueAt(file.data, at), { error: expectationOf });
  if (result.success) return { value: result.data, faults: [] };
  const faults = result.error.issues.flatMap((issue) => faultsOf(file, issue, at));
  return { value: undefined, faults };
}

const KINDS: Record<string, string> = {
  string: "text",
  object: "a mapping of keys to values",
  record: "a mapping of keys to values",
  array: "a list",
  int: "a whole number",
  boolean: "true or false",
};

/** The message of every zod issue is what was expected, so that one sentence can be made of it; for unknown keys, the known ones. */
function expectationOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "unrecognized_keys":
      return Object.keys((issue.inst as unknown as z.ZodObject)._zod.def.shape).join(", ");
    case "invalid_type":
      return KINDS[issue.expected] ?? `a ${issue.expected}`;
    case "invalid_value":
      return issue.values.length === 1
        ? String(issue.values[0])
        : `one of ${issue.values.join(", ")}`;
    case "too_small":
      if (issue.origin === "array") return `a list of at least ${issue.minimum}`;
      if (issue.origin === "string") return "text that is not empty";
      return `a number ${issue.inclusive ? "of at least" : "above"} ${issue.minimum}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

function faultsOf(file: YamlFile, issue: z.core.$ZodIssue, at: YamlPath): Fault[] {
  const path = [...at, ...(issue.path as (string | number)[])];
  if (issue.code === "unrecognized_keys") {
    const known = issue.message.split(", ");
    return issue.keys.map((key) => ({
      line: file.lineOf([...path, key]),
      message: `unknown key ${showPath([...path, key])}; expected one of ${issue.message}${didYouMean(key, known)}`,
    }));
  }
  if (issue.code === "invalid_union") {
    const branch = branchMeant(issue);
    if (branch) return branch.flatMap((inner) => faultsOf(file, inner, path));
  }
  const suggestion =
    issue.code === "invalid_value"
      ? didYouMean(valueAt(file.data, path), issue.values.map(String))
      : "";
  return [describeFault(file, path, issue.message.replace(/^expected /, "") + suggestion)];
}

/** The one branch of a union whose kind (text, mapping, list) the value has, if there is just one. */
function branchMeant(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  const candidates = issue.errors.filter(
    (branch) =>
      !branch.some(
        (inner) =>
          inner.path.length === 0 &&
          (inner.code === "invalid_type" || inner.code === "invalid_value"),
      ),
  );
  return candidates.length === 1 ? candidates[0] : undefined;
}
