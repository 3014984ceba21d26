import { builtInActions, createRegistry } from "@mainspring/actions";
import type { Action } from "@mainspring/actions";
import { DefaultLogger, Runtime } from "@temporalio/worker";
import { temporalFromEnvironment } from "../temporal/connect.ts";
import { boundsFromEnvironment, waitsFromEnvironment } from "../worker/environment.ts";
import { startRunWorker } from "../worker/run-worker.ts";
import { workflowBundle } from "../worker/workflow-bundle.ts";

/** This process as a worker with further actions, until SIGTERM: what `WorkerChild` starts. */
export async function runTestWorker(actions: readonly Action[]): Promise<void> {
  Runtime.install({ logger: new DefaultLogger("ERROR"), shutdownSignals: [] });
  const worker = await startRunWorker({
    temporal: temporalFromEnvironment(process.env),
    databaseUrl: setting("DATABASE_URL"),
    dispatcherUrl: setting("DISPATCHER_DATABASE_URL"),
    reconcilerUrl: setting("RECONCILER_DATABASE_URL"),
    registry: createRegistry([...builtInActions, ...actions]),
    bundle: await workflowBundle(),
    bounds: boundsFromEnvironment(process.env),
    waits: waitsFromEnvironment(process.env),
    log: { info: () => undefined, warn: () => undefined },
  });
  process.stdout.write("the worker polls\n");
  process.on("SIGTERM", () => void worker.stop().then(() => process.exit(0)));
}

/** A setting of the process that must be there. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}
