import { isDevelopment } from "../temporal/connect.ts";
import { defaultBounds, type Bounds } from "../workflow/bounds.ts";
import { defaultWaits, type WorkerWaits } from "./run-worker.ts";

/** `MAINSPRING_BOUNDS={"remoteSteps":3}`: for tests of the stack, which make the engine's bounds small. @throws Error that names the variable */
export function boundsFromEnvironment(env: NodeJS.ProcessEnv): Partial<Bounds> {
  return numbers(env, "MAINSPRING_BOUNDS", Object.keys(defaultBounds));
}

/** `MAINSPRING_WAITS={"stickyTimeoutMs":2000}`: a single machine can afford shorter waits than a cluster. @throws Error that names the variable */
export function waitsFromEnvironment(env: NodeJS.ProcessEnv): Partial<WorkerWaits> {
  return numbers(env, "MAINSPRING_WAITS", [...Object.keys(defaultWaits), "workflowTaskTimeoutMs"]);
}

const loopback = ["127.0.0.1", "::1", "localhost"];

/** The address that `/healthz` and `/readyz` listen on. @throws Error for development on any other than loopback */
export function hostFromEnvironment(env: NodeJS.ProcessEnv): string {
  const host = env["MAINSPRING_HOST"] || "127.0.0.1";
  if (isDevelopment(env) && !loopback.includes(host))
    throw new Error(`MAINSPRING_DEV=1 serves loopback only, but MAINSPRING_HOST is ${host}: unset one of them.`);
  return host;
}

/** `MAINSPRING_WORKER_PORT`; undefined: nothing listens. @throws Error that names the variable */
export function portFromEnvironment(env: NodeJS.ProcessEnv): number | undefined {
  return whole(env, "MAINSPRING_WORKER_PORT", { from: 0, to: 65_535 });
}

/** `WORKFLOW_WORKER_COUNT`. @throws Error that names the variable */
export function ingestionWorkersFromEnvironment(env: NodeJS.ProcessEnv): number {
  return whole(env, "WORKFLOW_WORKER_COUNT", { from: 1, to: 64 }) ?? ingestionWorkersDefault;
}

const ingestionWorkersDefault = 2;

// Empty is left out: a compose file passes on what it was not given as an empty text.
function whole(
  env: NodeJS.ProcessEnv,
  variable: string,
  { from, to }: { readonly from: number; readonly to: number },
): number | undefined {
  const text = env[variable];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new Error(`${variable} is ${text}: set it to a whole number from ${from} to ${to}`);
}

function numbers(env: NodeJS.ProcessEnv, variable: string, known: readonly string[]): Record<string, number> {
  const text = env[variable];
  if (text === undefined || text === "") return {};
  const wrong = (): Error =>
    new Error(`${variable} must be a JSON object of positive numbers with names from: ${known.join(", ")}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw wrong();
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw wrong();
  for (const [name, value] of Object.entries(parsed)) {
    if (!known.includes(name) || typeof value !== "number" || !(value > 0)) throw wrong();
  }
  return parsed as Record<string, number>;
}
