import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { catalogue, createRegistry } from "@mainspring/actions";
import type { Json } from "@mainspring/core";
import { openStore } from "@mainspring/store";
import { clonedDatabase } from "@mainspring/store/testing";
import type { Client } from "@temporalio/client";
import { launch } from "../launcher/launch.ts";
import { temporalClient } from "../temporal/connect.ts";
import { newNamespace, testTemporalAddress } from "../testing/namespace.ts";
import { newTenant, publish } from "../testing/publish.ts";
import { batchedNoop, localNoop, remoteNoop } from "./bench-actions.ts";
import { benchDefinitions } from "./definitions.ts";

/** Of a worker process since its start. */
export interface Usage {
  readonly cpuMs: number;
  /** To the database. */
  readonly roundTrips: number;
}

export interface BenchWorker {
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

export interface BenchStack {
  readonly client: Client;
  readonly ours: BenchWorker;
  readonly handWritten: BenchWorker;
  /** To be called once the tables have rows: see `ClonedDatabase.analyze`. */
  analyze(): Promise<void>;
  /** @returns the run's id once Temporal has it */
  start(workflowKey: string, payload?: Json): Promise<string>;
  stop(): Promise<void>;
}

/** A database and a namespace of their own on the test services, and one worker process for each contender. */
export async function startBench(): Promise<BenchStack> {
  const database = await clonedDatabase();
  const address = testTemporalAddress();
  const namespace = await newNamespace(address);
  const store = openStore({ url: database.appUrl });
  const client = temporalClient(store, { address, namespace });
  const tenantId = await newTenant(store);
  const actions = catalogue(createRegistry([remoteNoop, localNoop, batchedNoop]));
  for (const definition of benchDefinitions()) await publish(store, tenantId, definition as Json, actions);
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    DATABASE_URL: database.appUrl,
    DISPATCHER_DATABASE_URL: database.dispatcherUrl,
    RECONCILER_DATABASE_URL: database.reconcilerUrl,
  };
  const ours = await startWorker("ours", env);
  const handWritten = await startWorker("hand", env);
  return {
    client,
    ours,
    handWritten,
    analyze: () => database.analyze(),
    start: async (workflowKey, payload = {}) =>
      (await launch({ store, client }, { tenantId, workflowKey, payload, startedBy: "bench" })).runId,
    async stop() {
      await Promise.all([ours.stop(), handWritten.stop()]);
      await client.connection.close();
      await store.close();
      await database.drop();
    },
  };
}

async function startWorker(which: "ours" | "hand", env: NodeJS.ProcessEnv): Promise<BenchWorker> {
  const child = fork(fileURLToPath(new URL("./worker-process.ts", import.meta.url)), [which], {
    env,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const asked: { resolve(answer: Usage): void; reject(error: Error): void }[] = [];
  const exited = once(child, "exit");
  child.on("message", (answer) => asked.shift()?.resolve(answer as Usage));
  child.on("exit", (code) => {
    for (const { reject } of asked) reject(new Error(`A worker process ended with ${code}`));
  });
  const answer = (): Promise<Usage> => new Promise((resolve, reject) => asked.push({ resolve, reject }));
  await answer(); // the first comes when it is ready
  return {
    usage() {
      child.send({ ask: "usage" });
      return answer();
    },
    async stop() {
      child.send({ ask: "stop" });
      await exited;
    },
  };
}
