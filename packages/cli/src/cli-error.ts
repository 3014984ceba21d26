import type { ExitCode } from "./exit-codes.ts";
import { exitCodes } from "./exit-codes.ts";

/** Something that the person at the command line can put right. Shown without a stack. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: string;
  readonly remedy: string;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, remedy: string, exitCode: ExitCode = exitCodes.failed) {
    super(message);
    this.code = code;
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

/** The command line is wrong. */
export function usageError(message: string, remedy: string): CliError {
  return new CliError("USAGE", message, remedy, exitCodes.usage);
}
