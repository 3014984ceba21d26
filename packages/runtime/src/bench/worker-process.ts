// One worker in a process of its own, so that its CPU can be told from the other's. Speaks with main.ts over IPC.
import { fileURLToPath } from "node:url";
import { builtInActions, createRegistry } from "@mainspring/actions";
import { roundTrips } from "@mainspring/store";
import { DefaultLogger, NativeConnection, Runtime, Worker } from "@temporalio/worker";
import { cachedRunsFromEnvironment } from "../worker/cached-runs.ts";
import { nativeConnection } from "../worker/native-connection.ts";
import { startRunWorker } from "../worker/run-worker.ts";
import { workflowBundle } from "../worker/workflow-bundle.ts";
import { batchedNoop, effectlessNoop, localNoop, remoteNoop, stampedCall } from "./bench-actions.ts";
import type { Usage } from "./bench-stack.ts";
import { handWrittenQueue } from "./names.ts";
import { stamp, takeStamps } from "./stamps.ts";

Runtime.install({ logger: new DefaultLogger("ERROR") });

const environment = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
};
const temporal = { address: environment("TEMPORAL_ADDRESS"), namespace: environment("TEMPORAL_NAMESPACE") };
// As many in both: a run that is not in memory reads its history again.
const cachedRuns = cachedRunsFromEnvironment({});
const quiet = {
  info: () => undefined,
  warn: (fields: object, message: string) => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};

const stop = process.argv[2] === "ours" ? await startOurs() : await startHandWritten();
let trips = 0;
roundTrips.subscribe(() => trips++);
const tellUsage = (): void => {
  const { user, system } = process.cpuUsage();
  process.send?.({
    cpuMs: (user + system) / 1_000,
    roundTrips: trips,
    memoryMb: process.memoryUsage.rss() / 2 ** 20,
  } satisfies Usage);
};
tellUsage();
process.on("message", (message: { readonly ask: "usage" | "stamps" | "stop" }) => {
  if (message.ask === "usage") tellUsage();
  else if (message.ask === "stamps") process.send?.(takeStamps());
  else void stop().then(() => process.exit(0));
});
process.on("disconnect", () => process.exit(1)); // the bench is gone

async function startOurs(): Promise<() => Promise<void>> {
  const worker = await startRunWorker({
    temporal,
    databaseUrl: environment("DATABASE_URL"),
    dispatcherUrl: environment("DISPATCHER_DATABASE_URL"),
    reconcilerUrl: environment("RECONCILER_DATABASE_URL"),
    registry: createRegistry([...builtInActions, remoteNoop, effectlessNoop, localNoop, batchedNoop, stampedCall]),
    bundle: await workflowBundle(),
    cachedRuns,
    log: quiet,
  });
  return () => worker.stop();
}

async function startHandWritten(): Promise<() => Promise<void>> {
  const connection = await NativeConnection.connect(nativeConnection(temporal.address));
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: handWrittenQueue,
    workflowsPath: fileURLToPath(new URL("./hand-written.ts", import.meta.url)),
    activities: {
      noop: async () => ({}),
      async stamp({ i }: { readonly i: number }) {
        stamp(i);
        return {};
      },
    },
    maxCachedWorkflows: cachedRuns,
    maxConcurrentWorkflowTaskExecutions: 20,
    maxConcurrentActivityTaskExecutions: 50,
    maxConcurrentLocalActivityExecutions: 20,
    workflowTaskPollerBehavior: { type: "simple-maximum", maximum: 8 },
    activityTaskPollerBehavior: { type: "simple-maximum", maximum: 8 },
  });
  const ended = worker.run();
  return async () => {
    worker.shutdown();
    await ended;
    await connection.close();
  };
}
