// The worker process: composition root. Starts, runs until SIGTERM or SIGINT, drains, ends.
import type { Server } from "node:http";
import { builtInActions, createRegistry } from "@mainspring/actions";
import { loadFileVariables, masterKeysVariable, parseMasterKeys } from "@mainspring/store";
import { Runtime } from "@temporalio/worker";
import { pino } from "pino";
import { backlogFromEnvironment } from "../ingestion/backlog.ts";
import { correlationPathsFromEnvironment } from "../ingestion/correlation.ts";
import { mailFromEnvironment } from "../mail/mail-from-environment.ts";
import { streamFromEnvironment } from "../stream/settings.ts";
import { isDevelopment, temporalFromEnvironment } from "../temporal/connect.ts";
import { configureTracing, flushTraces } from "../tracing/tracing.ts";
import { cachedRunsFromEnvironment } from "./cached-runs.ts";
import {
  boundsFromEnvironment,
  hostFromEnvironment,
  ingestionWorkersFromEnvironment,
  portFromEnvironment,
  waitsFromEnvironment,
} from "./environment.ts";
import { startHealthServer } from "./health-server.ts";
import { startRunWorker, type RunWorker } from "./run-worker.ts";
import { workflowBundle } from "./workflow-bundle.ts";

const log = pino({ name: "worker", level: process.env["MAINSPRING_LOG_LEVEL"] ?? "info" });
Runtime.install({ logger: temporalLogger(), shutdownSignals: [] });

try {
  loadFileVariables(process.env);
} catch (error) {
  log.fatal((error as Error).message);
  process.exit(1);
}
const missing = ["DATABASE_URL", "DISPATCHER_DATABASE_URL", "RECONCILER_DATABASE_URL"].filter(
  (name) => !process.env[name],
);
if (missing.length > 0) {
  log.fatal({ missing }, `The worker needs ${missing.join(", ")}; docs/configuration.md says what each is`);
  process.exit(1);
}

/** From the signal to the end, whatever hangs. */
const stopWithinMs = 28_000;

let worker: RunWorker | undefined;
let health: Server | undefined;
let stopping = false;
process.on("SIGTERM", () => void stop("SIGTERM"));
process.on("SIGINT", () => void stop("SIGINT"));

try {
  const host = hostFromEnvironment(process.env);
  const port = portFromEnvironment(process.env);
  configureTracing(process.env, { service: "worker", complain: (message) => log.warn(message) });
  if (isDevelopment(process.env)) log.info({ host }, "development: loopback only");
  const mail = mailFromEnvironment(process.env);
  const stream = streamFromEnvironment(process.env);
  worker = await startRunWorker({
    temporal: temporalFromEnvironment(process.env),
    databaseUrl: process.env["DATABASE_URL"] as string,
    dispatcherUrl: process.env["DISPATCHER_DATABASE_URL"] as string,
    reconcilerUrl: process.env["RECONCILER_DATABASE_URL"] as string,
    masterKeys: parseMasterKeys(process.env[masterKeysVariable]),
    registry: createRegistry(builtInActions),
    ...(mail === undefined ? {} : { mail }),
    bundle: await workflowBundle(),
    bounds: boundsFromEnvironment(process.env),
    waits: waitsFromEnvironment(process.env),
    cachedRuns: cachedRunsFromEnvironment(process.env),
    ingestionWorkers: ingestionWorkersFromEnvironment(process.env),
    ...(stream === undefined ? {} : { stream }),
    correlationPaths: correlationPathsFromEnvironment(process.env),
    backlog: backlogFromEnvironment(process.env),
    log,
  });
  const running = worker;
  if (port !== undefined)
    health = await startHealthServer(
      port,
      host,
      () => running.health(),
      () => running.metrics(),
    );
  if (!stopping) await worker.ended;
} catch (error) {
  if (!stopping) {
    const message = error instanceof Error ? error.message : String(error);
    log.fatal({ error: message }, `The worker cannot go on: ${message}`);
    process.exit(1);
  }
}

/** Drains and ends; a second signal changes nothing. A worker that is still starting has nothing to drain. */
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, "stopping: no new work; what is held is finished or released");
  // What a part that hangs had in hand is released by its death: claims run out, entries are given to others, rows are unlocked.
  const late = setTimeout(() => {
    log.warn("a part did not end in time: what it held is left to others");
    process.exit(0);
  }, stopWithinMs);
  await worker?.stop();
  await flushTraces();
  clearTimeout(late);
  health?.close();
  log.info("stopped");
  process.exit(0);
}

function temporalLogger() {
  const at = (level: "trace" | "debug" | "warn" | "error") => (message: string, meta?: object) =>
    log[level](meta ?? {}, message);
  // A failed try and a failed run are everyday facts, told by their rows: Temporal's warnings about them are detail here.
  const warn = (message: string, meta?: object): void =>
    log[/^(Activity|Workflow) (failed|cancelled|canceled)/i.test(message) ? "debug" : "warn"](meta ?? {}, message);
  return {
    trace: at("trace"),
    debug: at("debug"),
    info: at("debug"),
    warn,
    error: at("error"),
    log: (_: string, message: string, meta?: object) => log.debug(meta ?? {}, message),
  };
}
