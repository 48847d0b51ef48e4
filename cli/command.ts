import type { ParseArgsOptionsConfig } from "node:util";
import type { Config } from "./config.ts";

/** What a command gets: the configuration, its own options and where to say things. */
export interface CommandContext {
  config: Config;
  /** Options of the command itself, as `parseArgs` gives them. */
  options: Record<string, string | boolean | undefined>;
  /** One progress line, on standard error; silent with `--quiet`. */
  progress: (line: string) => void;
  /** A line that nobody should miss, on standard error even with `--quiet`. */
  warn: (line: string) => void;
}

/** What a command has done. */
export interface CommandResult {
  /** Lines for a person, on standard output. */
  lines: string[];
  /** The same for a machine, printed by `--json`. */
  data: Record<string, unknown>;
  /** Settles when a command that goes on (a server) has ended. */
  until?: Promise<void>;
}

/** One command of `vigie`. */
export interface Command {
  summary: string;
  /** Text of `--help` below the usage line. */
  help: string;
  options?: ParseArgsOptionsConfig;
  /** Name of the one argument it takes, given among the options; default none. */
  argument?: string;
  run: (context: CommandContext) => Promise<CommandResult>;
}

/** A command that needs no configuration, and may take files. */
export interface StandaloneCommand extends Omit<Command, "run"> {
  runAlone: (
    context: Omit<CommandContext, "config"> & { files: string[] },
  ) => Promise<CommandResult>;
}

/** A mistake on the command line: exit code 2. */
export class UsageError extends Error {}
