import { Command, CommanderError } from "commander";
import { addCommands } from "./commands/commands.ts";
import type { Io } from "./context.ts";
import { exitCodes, type ExitCode } from "./exit-codes.ts";
import { paintFor } from "./output/paint.ts";
import { problemLines, problemOf } from "./output/problem.ts";
import { addCommonOptions } from "./verb.ts";

export const version = "0.1.0";

/** Every command, declared. `ended` is told how the one that is run ends. */
export function buildProgram(io: Io, ended: (code: ExitCode) => void): Command {
  const program = new Command("mainspring")
    .summary("Business workflows written as data")
    .description("Business workflows written as data, run durably on Temporal.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showHelpAfterError("(--help shows what the command takes)")
    // Otherwise --version of a verb would be taken as the program's.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .exitOverride();
  addCommonOptions(program);
  addCommands({ io, ended }, program);
  return program;
}

/** Runs one command line and resolves with its exit code; says what went wrong. @param args without program and script */
export async function runCommandLine(args: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = buildProgram(io, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.ok;
      // The help or the sentence stands on stderr already.
      if (args.includes("--json")) writeError(io, usageProblem(error));
      return exitCodes.usage;
    }
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    const { code: name, message, remedy, issues, document, exitCode } = problem;
    if (args.includes("--json")) writeError(io, document ?? { code: name, message, remedy, issues });
    for (const line of problemLines(problem, paintFor(io.stderr, io.env))) io.stderr.write(`${line}\n`);
    return exitCode;
  }
}

function writeError(io: Io, error: unknown): void {
  io.stdout.write(`${JSON.stringify({ error }, null, 2)}\n`);
}

function usageProblem({ code, message }: CommanderError): object {
  const isHelp = code === "commander.help";
  return {
    code: "USAGE",
    message: isHelp ? "a command is missing" : message.replace(/^error: /, "").replaceAll("\n", " "),
    remedy: "--help shows what the command takes.",
  };
}
