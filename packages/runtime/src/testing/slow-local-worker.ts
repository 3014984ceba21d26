// A worker process whose local calls take long enough to be killed in: each writes a line when it begins.
import { appendFileSync } from "node:fs";
import { builtInActions, createRegistry, defineAction } from "@mainspring/actions";
import { DefaultLogger, Runtime } from "@temporalio/worker";
import { z } from "zod";
import { temporalFromEnvironment } from "../temporal/connect.ts";
import { boundsFromEnvironment, waitsFromEnvironment } from "../worker/environment.ts";
import { startRunWorker } from "../worker/run-worker.ts";
import { workflowBundle } from "../worker/workflow-bundle.ts";

const environment = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
};

const slow = defineAction({
  name: "test.slow@1",
  title: "Slow",
  description: "Takes 60 ms.",
  effect: "none",
  execution: "local",
  timeoutMs: 5_000,
  input: z.object({ n: z.number() }),
  output: z.object({ n: z.number() }),
  async run({ input }) {
    appendFileSync(environment("SLOW_CALLS_FILE"), `${input.n}\n`);
    await new Promise((resolve) => setTimeout(resolve, 60));
    return { n: input.n };
  },
});

Runtime.install({ logger: new DefaultLogger("ERROR"), shutdownSignals: [] });
const worker = await startRunWorker({
  temporal: temporalFromEnvironment(process.env),
  databaseUrl: environment("DATABASE_URL"),
  dispatcherUrl: environment("DISPATCHER_DATABASE_URL"),
  reconcilerUrl: environment("RECONCILER_DATABASE_URL"),
  registry: createRegistry([...builtInActions, slow]),
  bundle: await workflowBundle(),
  bounds: boundsFromEnvironment(process.env),
  waits: waitsFromEnvironment(process.env),
  log: { info: () => undefined, warn: () => undefined },
});
process.stdout.write("the worker polls\n");
process.on("SIGTERM", () => void worker.stop().then(() => process.exit(0)));
