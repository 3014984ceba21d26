import type { Command } from "commander";
import { Option } from "commander";
import { createContext, type CommonOptions, type Context, type Io } from "./context.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";

/** Performs a verb. Nothing returned: exit code 0. */
export type Perform<Options extends object> = (
  context: Context,
  options: Options,
  ...args: readonly string[]
) => Promise<ExitCode | void>;

/** What verbs are declared with. */
export interface Program {
  readonly io: Io;
  /** Keeps how the command that was run ended. */
  ended(code: ExitCode): void;
}

/** Gives a verb the options that every command takes, and what it does. */
export function performs<Options extends object>(
  program: Program,
  command: Command,
  perform: Perform<Options>,
): Command {
  return addCommonOptions(command).action(async () => {
    const options = command.optsWithGlobals<Options & CommonOptions>();
    const code = await perform(createContext(program.io, options), options, ...(command.processedArgs as string[]));
    program.ended(code ?? exitCodes.ok);
  });
}

/** Before and after the verb alike. */
export function addCommonOptions(command: Command): Command {
  return command
    .addOption(new Option("--url <url>", "the server's address").helpGroup("Common options:"))
    .addOption(new Option("--api-key <key>", "the tenant's API key").helpGroup("Common options:"))
    .addOption(new Option("--json", "print JSON for programs").helpGroup("Common options:"));
}
