// The worker process: composition root. Starts, runs until SIGTERM or SIGINT, drains, ends.
import { builtInActions, createRegistry } from "@mainspring/actions";
import { Runtime } from "@temporalio/worker";
import { pino } from "pino";
import { temporalFromEnvironment } from "../temporal/connect.ts";
import { boundsFromEnvironment, waitsFromEnvironment } from "./environment.ts";
import { startHealthServer } from "./health-server.ts";
import { startRunWorker } from "./run-worker.ts";
import { workflowBundle } from "./workflow-bundle.ts";

const log = pino({ name: "worker", level: process.env["MAINSPRING_LOG_LEVEL"] ?? "info" });
Runtime.install({ logger: temporalLogger(), shutdownSignals: [] });

const missing = ["DATABASE_URL", "DISPATCHER_DATABASE_URL", "RECONCILER_DATABASE_URL"].filter((name) => !process.env[name]);
if (missing.length > 0) {
  log.fatal({ missing }, `The worker needs ${missing.join(", ")}; docs/configuration.md says what each is`);
  process.exit(1);
}

const worker = await startRunWorker({
  temporal: temporalFromEnvironment(process.env),
  databaseUrl: process.env["DATABASE_URL"] as string,
  dispatcherUrl: process.env["DISPATCHER_DATABASE_URL"] as string,
  reconcilerUrl: process.env["RECONCILER_DATABASE_URL"] as string,
  registry: createRegistry(builtInActions),
  bundle: await workflowBundle(),
  bounds: boundsFromEnvironment(process.env),
  waits: waitsFromEnvironment(process.env),
  ingestionWorkers: Number(process.env["WORKFLOW_WORKER_COUNT"] ?? 2),
  log,
});
const port = process.env["MAINSPRING_WORKER_PORT"];
const health = port === undefined ? undefined : await startHealthServer(Number(port), process.env["MAINSPRING_HOST"] ?? "127.0.0.1", () => worker.health());

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, "stopping: no new work; what is held is finished or released");
  await worker.stop();
  health?.close();
  process.exit(0);
}
process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));

try {
  await worker.ended;
} catch (error) {
  log.fatal({ error: String(error) }, "The Temporal worker failed");
  process.exit(1);
}

function temporalLogger() {
  const at = (level: "trace" | "debug" | "warn" | "error") => (message: string, meta?: object) => log[level](meta ?? {}, message);
  // A failed try and a failed run are everyday facts, told by their rows: Temporal's warnings about them are detail here.
  const warn = (message: string, meta?: object): void => log[/^(Activity|Workflow) (failed|cancelled|canceled)/i.test(message) ? "debug" : "warn"](meta ?? {}, message);
  return { trace: at("trace"), debug: at("debug"), info: at("debug"), warn, error: at("error"), log: (_: string, message: string, meta?: object) => log.debug(meta ?? {}, message) };
}
