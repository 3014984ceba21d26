// A worker process with batched actions, to be killed.
import { builtInActions, createRegistry } from "@mainspring/actions";
import { DefaultLogger, Runtime } from "@temporalio/worker";
import { temporalFromEnvironment } from "../temporal/connect.ts";
import { boundsFromEnvironment, waitsFromEnvironment } from "../worker/environment.ts";
import { startRunWorker } from "../worker/run-worker.ts";
import { workflowBundle } from "../worker/workflow-bundle.ts";
import { batchedDouble, batchedOrder } from "./batched-actions.ts";

const environment = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
};

Runtime.install({ logger: new DefaultLogger("ERROR"), shutdownSignals: [] });
const worker = await startRunWorker({
  temporal: temporalFromEnvironment(process.env),
  databaseUrl: environment("DATABASE_URL"),
  dispatcherUrl: environment("DISPATCHER_DATABASE_URL"),
  reconcilerUrl: environment("RECONCILER_DATABASE_URL"),
  registry: createRegistry([...builtInActions, batchedOrder, batchedDouble]),
  bundle: await workflowBundle(),
  bounds: boundsFromEnvironment(process.env),
  waits: waitsFromEnvironment(process.env),
  log: { info: () => undefined, warn: () => undefined },
});
process.stdout.write("the worker polls\n");
process.on("SIGTERM", () => void worker.stop().then(() => process.exit(0)));
