#!/usr/bin/env node
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ConfigError } from "../ingest/yaml-file.ts";
import { StateFileError } from "../transform/state-csv.ts";
import { build } from "./build.ts";
import { check } from "./check.ts";
import { type Command, UsageError } from "./command.ts";
import { loadConfig, storageIn } from "./config.ts";
import { families } from "./families.ts";
import { ingest } from "./ingest.ts";
import { run } from "./run.ts";
import { serve } from "./serve.ts";
import { stream } from "./stream.ts";
import { transform } from "./transform.ts";

const COMMANDS: Record<string, Command> = {
  check,
  ingest,
  stream,
  transform,
  build,
  serve,
  families,
  run,
};

const SHARED = {
  config: { type: "string", default: "vigie.yaml" },
  storage: { type: "string" },
  quiet: { type: "boolean" },
  json: { type: "boolean" },
  debug: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const SHARED_HELP = `Options of every command:
  --config FILE     configuration (default vigie.yaml)
  --storage FOLDER  where the warehouse, the marts and the site go (default as configured)
  --quiet           no progress lines
  --json            the result as one JSON object on standard output
  --debug           the stack of an error
  --help            this text

Exit codes: 0 done, 1 failed, 2 usage or configuration.`;

function generalHelp(): string {
  const list = Object.entries(COMMANDS).map(
    ([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`,
  );
  return `vigie COMMAND [options]\n\n${list.join("\n")}\n\n${SHARED_HELP}`;
}

function commandHelp(name: string, { summary, help, options = {} }: Command): string {
  const own = Object.entries(options).map(
    ([option, { type }]) => ` [--${option}${type === "string" ? " VALUE" : ""}]`,
  );
  return `vigie ${name}${own.join("")}\n\n${summary}\n\n${help}\n\n${SHARED_HELP}`;
}

function parse(name: string, command: Command, args: string[]) {
  try {
    return parseArgs({ args, options: { ...SHARED, ...command.options }, strict: true }).values;
  } catch (error) {
    throw new UsageError(
      `vigie ${name}: ${(error as Error).message.split(". ")[0]}; see vigie ${name} --help`,
    );
  }
}

async function runCommand(name: string, command: Command, args: string[]): Promise<void> {
  const values = parse(name, command, args) as Record<string, string | boolean | undefined>;
  if (values["help"]) {
    console.log(commandHelp(name, command));
    return;
  }
  const loaded = await loadConfig(String(values["config"]));
  const storage = values["storage"];
  const config =
    storage === undefined ? loaded : { ...loaded, storage: storageIn(resolve(String(storage))) };
  const progress = values["quiet"] ? () => {} : (line: string) => console.error(line);
  const result = await command.run({ config, options: values, progress });
  if (values["json"]) console.log(JSON.stringify(result.data));
  else for (const line of result.lines) console.log(line);
  await result.until;
}

function linesOf(error: unknown): string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(linesOf);
  if (error instanceof ConfigError || error instanceof StateFileError)
    return error.message.split("\n");
  return [`vigie: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`];
}

const isUsage = (error: unknown): boolean =>
  error instanceof ConfigError ||
  error instanceof StateFileError ||
  error instanceof UsageError ||
  (error instanceof AggregateError && error.errors.every(isUsage));

/** Runs `vigie` with the given arguments; the exit code is set, never thrown. */
async function main(args: string[]): Promise<void> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      console.log(generalHelp());
      if (name === undefined) process.exitCode = 2;
      return;
    }
    const command = COMMANDS[name];
    if (!command) {
      throw new UsageError(
        `unknown command ${name}; expected one of ${Object.keys(COMMANDS).join(", ")}`,
      );
    }
    await runCommand(name, command, rest);
  } catch (error) {
    for (const line of linesOf(error)) console.error(line);
    if (args.includes("--debug")) console.error(error);
    process.exitCode = isUsage(error) ? 2 : 1;
  }
}

await main(process.argv.slice(2));
