import { CliError } from "../cli-error.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { issueLines, type ShownIssue } from "./issues.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

/** What went wrong, as it is shown and, with `--json`, printed. */
export interface ShownProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly issues?: readonly ShownIssue[];
  readonly exitCode: ExitCode;
  /** The server's problem document, where there is one. */
  readonly document?: unknown;
}

/**
 * The problem that an error of a command is; undefined for a defect of ours. Told by name, because loading the client's
 * classes would cost more than the whole start of a command that needs no server.
 */
export function problemOf(error: unknown): ShownProblem | undefined {
  if (error instanceof CliError)
    return { code: error.code, message: error.message, remedy: error.remedy, exitCode: error.exitCode };
  if (!(error instanceof Error)) return undefined;
  if (error.name === "ApiUnreachable") {
    return {
      code: "UNREACHABLE",
      message: `No answer from ${originOf(error as Error & { url?: unknown })}${reasonOf(error)}.`,
      remedy:
        "Start the stack with `npm start`, or check the address: --url, MAINSPRING_URL, .mainspring/dev.json or the configuration file.",
      exitCode: exitCodes.unreachable,
    };
  }
  if (error.name !== "ApiProblem") return undefined;
  const { code, detail, remedy, issues, status, document } = error as Error & {
    code: string;
    detail: string;
    remedy: string;
    issues: readonly ShownIssue[];
    status: number;
    document: unknown;
  };
  return {
    code,
    message: detail,
    remedy,
    issues,
    document,
    exitCode: isAway(code, status) ? exitCodes.unreachable : exitCodes.failed,
  };
}

/** `✗ CODE  message`, each issue with its pointer, and what to do. */
export function problemLines(problem: ShownProblem, paint: Paint): string[] {
  return [
    `${paint("red", "✗")} ${paint("bold", problem.code)}  ${printable(problem.message)}`,
    ...(problem.issues ?? []).flatMap((issue) => issueLines(issue, paint).map((line) => `  ${line}`)),
    `  ${printable(problem.remedy)}`,
  ];
}

/** A gateway in between, or the server itself, says that what we want to reach is away just now. */
function isAway(code: string, status: number): boolean {
  return code === "UNAVAILABLE" || (code === `HTTP_${status}` && [502, 503, 504].includes(status));
}

function originOf({ url }: { url?: unknown }): string {
  return typeof url === "string" && URL.canParse(url) ? new URL(url).origin : "the server";
}

/** What the system says, inside what `fetch` says. */
function reasonOf(error: Error): string {
  const outer = error.cause;
  const inner = outer instanceof Error ? (outer.cause ?? outer) : undefined;
  if (!(inner instanceof Error)) return "";
  const { code } = inner as { code?: unknown };
  return ` (${typeof code === "string" ? code : inner.message})`;
}
