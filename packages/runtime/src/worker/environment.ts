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
  const host = env["MAINSPRING_HOST"] ?? "127.0.0.1";
  if (isDevelopment(env) && !loopback.includes(host))
    throw new Error(`MAINSPRING_DEV=1 serves loopback only, but MAINSPRING_HOST is ${host}: unset one of them.`);
  return host;
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
  if (typeof parsed !== "object" || parsed === null) throw wrong();
  for (const [name, value] of Object.entries(parsed)) {
    if (!known.includes(name) || typeof value !== "number" || !(value > 0)) throw wrong();
  }
  return parsed as Record<string, number>;
}
