import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { catalogue, createRegistry } from "@mainspring/actions";
import type { Json } from "@mainspring/core";
import { openStore } from "@mainspring/store";
import { clonedDatabase } from "@mainspring/store/testing";
import type { Client } from "@temporalio/client";
import { acceptTogether, type InboundMessage } from "../ingestion/accept.ts";
import { launch } from "../launcher/launch.ts";
import { temporalClient } from "../temporal/connect.ts";
import { newNamespace, testTemporalAddress } from "../testing/namespace.ts";
import { newTenant, publish } from "../testing/publish.ts";
import { batchedNoop, effectlessNoop, localNoop, remoteNoop, stampedCall } from "./bench-actions.ts";
import { benchDefinitions } from "./definitions.ts";
import type { Stamp } from "./stamps.ts";

/** Of a worker process since its start. */
export interface Usage {
  readonly cpuMs: number;
  /** To the database. */
  readonly roundTrips: number;
  /** Resident now. */
  readonly memoryMb: number;
}

export interface BenchWorker {
  usage(): Promise<Usage>;
  /** When stamped calls began, since this was asked last. */
  stamps(): Promise<Stamp[]>;
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
  /** As `POST /events` does with an array; resolves when they are committed. */
  accept(events: readonly InboundMessage[]): Promise<void>;
  /** Of all runs. */
  openWaits(): Promise<number>;
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
  const actions = catalogue(createRegistry([remoteNoop, effectlessNoop, localNoop, batchedNoop, stampedCall]));
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
    accept: (events) =>
      store.tenant(tenantId, async (db) => {
        const accepted = await acceptTogether(db, events, { paths: {} });
        if (!("receipts" in accepted)) throw new Error(accepted.problem.message);
      }),
    openWaits: () =>
      store.tenant(tenantId, async (db) => {
        const open = db.selectFrom("workflow_run_waits").where("status", "=", "WAITING");
        const { count } = await open
          .select((select) => select.fn.countAll<string>().as("count"))
          .executeTakeFirstOrThrow();
        return Number(count);
      }),
    async stop() {
      await Promise.all([ours.stop(), handWritten.stop()]);
      await client.connection.close();
      await store.close();
      await database.drop();
    },
  };
}

/** With `--profile FOLDER` each worker process leaves a CPU profile of each of its threads there. */
function profiling(which: string): string[] {
  const folder = process.env["MAINSPRING_BENCH_PROFILE"];
  return folder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}/${which}`];
}

async function startWorker(which: "ours" | "hand", env: NodeJS.ProcessEnv): Promise<BenchWorker> {
  const child = fork(fileURLToPath(new URL("./worker-process.ts", import.meta.url)), [which], {
    env,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [...process.execArgv, ...profiling(which)],
  });
  const asked: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];
  const exited = once(child, "exit");
  child.on("message", (answer) => asked.shift()?.resolve(answer));
  child.on("exit", (code) => {
    for (const { reject } of asked) reject(new Error(`A worker process ended with ${code}`));
  });
  const answer = (): Promise<unknown> => new Promise((resolve, reject) => asked.push({ resolve, reject }));
  await answer(); // the first comes when it is ready
  return {
    usage() {
      child.send({ ask: "usage" });
      return answer() as Promise<Usage>;
    },
    stamps() {
      child.send({ ask: "stamps" });
      return answer() as Promise<Stamp[]>;
    },
    async stop() {
      child.send({ ask: "stop" });
      await exited;
    },
  };
}
