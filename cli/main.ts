#!/usr/bin/env node
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ConfigError } from "../ingest/yaml-file.ts";
import { StateFileError } from "../transform/state-csv.ts";
import { breaches } from "./breaches.ts";
import { build } from "./build.ts";
import { calendar } from "./calendar.ts";
import { check } from "./check.ts";
import { type Command, type StandaloneCommand, UsageError } from "./command.ts";
import { type Config, loadConfig, storageIn } from "./config.ts";
import { contracts } from "./contracts.ts";
import { explain } from "./explain.ts";
import { families } from "./families.ts";
import { imports } from "./imports.ts";
import { ingest } from "./ingest.ts";
import { init } from "./init.ts";
import { map } from "./map.ts";
import { rejects } from "./rejects.ts";
import { remap } from "./remap.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { serve } from "./serve.ts";
import { stream } from "./stream.ts";
import { transform } from "./transform.ts";

const COMMANDS: Record<string, Command | StandaloneCommand> = {
  init,
  map,
  check,
  ingest,
  stream,
  imports,
  rejects,
  remap,
  transform,
  build,
  serve,
  families,
  contracts,
  calendar,
  explain,
  breaches,
  run,
  schema,
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

/** What a command takes besides options, as `--help` shows it. */
function argumentOf(name: string, command: Command | StandaloneCommand): string {
  if ("runAlone" in command) return name === "schema" ? "" : " FILE…";
  return command.argument === undefined ? "" : ` ${command.argument.toUpperCase()}`;
}

function commandHelp(name: string, command: Command | StandaloneCommand): string {
  const { summary, help, options = {} } = command;
  const own = Object.entries(options).map(
    ([option, { type }]) => ` [--${option}${type === "string" ? " VALUE" : ""}]`,
  );
  return `vigie ${name}${argumentOf(name, command)}${own.join("")}\n\n${summary}\n\n${help}\n\n${SHARED_HELP}`;
}

function parse(name: string, command: Command | StandaloneCommand, args: string[]) {
  try {
    const { argument } = command;
    const parsed = parseArgs({
      args,
      options: { ...SHARED, ...command.options },
      strict: true,
      allowPositionals: "runAlone" in command || argument !== undefined,
    });
    if (argument === undefined || parsed.values["help"] === true) return parsed;
    if (parsed.positionals.length !== 1) throw new Error(`one ${argument.toUpperCase()} expected`);
    return { ...parsed, values: { ...parsed.values, [argument]: parsed.positionals[0] } };
  } catch (error) {
    throw new UsageError(
      `vigie ${name}: ${(error as Error).message.split(". ")[0]}; see vigie ${name} --help`,
    );
  }
}

type Values = Record<string, string | boolean | undefined>;

async function runCommand(
  name: string,
  command: Command | StandaloneCommand,
  args: string[],
): Promise<void> {
  const parsed = parse(name, command, args);
  const values = parsed.values as Values;
  if (values["help"]) {
    console.log(commandHelp(name, command));
    return;
  }
  const progress = values["quiet"] ? () => {} : (line: string) => console.error(line);
  const context = { options: values, progress, warn: console.error };
  const result =
    "runAlone" in command
      ? await command.runAlone({ ...context, files: parsed.positionals })
      : await command.run({ ...context, config: await configOf(values) });
  if (values["json"]) console.log(JSON.stringify(result.data));
  else for (const line of result.lines) console.log(line);
  await result.until;
}

async function configOf(values: Values): Promise<Config> {
  const loaded = await loadConfig(String(values["config"]));
  const storage = values["storage"];
  return storage === undefined
    ? loaded
    : { ...loaded, storage: storageIn(resolve(String(storage))) };
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
