import { builtInActions, catalogue, createRegistry, type Action, type MailPort } from "@mainspring/actions";
import type { Json, Program } from "@mainspring/core";
import { parseMasterKeys, type Store } from "@mainspring/store";
import { clonedDatabase, type ClonedDatabase } from "@mainspring/store/testing";
import type { Client } from "@temporalio/client";
import type { WorkflowBundle } from "@temporalio/worker";
import type { Log } from "../activities/dependencies.ts";
import { acceptInbound } from "../ingestion/accept.ts";
import { cancelRun } from "../launcher/cancel.ts";
import { launch } from "../launcher/launch.ts";
import { replay } from "../launcher/replay.ts";
import { answerTask, type AnswerRequest } from "../tasks/answer-task.ts";
import { temporalClient } from "../temporal/connect.ts";
import type { Bounds } from "../workflow/bounds.ts";
import { startRunWorker, type RunWorker, type WorkerWaits } from "../worker/run-worker.ts";
import { workflowBundle } from "../worker/workflow-bundle.ts";
import { evidenceOf, type Evidence } from "./evidence.ts";
import { newNamespace, testTemporalAddress } from "./namespace.ts";
import { newTenant, publish } from "./publish.ts";
import { quietRuntime } from "../worker/quiet-runtime.ts";

/** Waits short enough for tests on one machine. */
export const testWaits: Partial<WorkerWaits> = {
  relayPollMs: 200,
  inboxPollMs: 200,
  eventClaimMs: 5_000,
  reconcileEveryMs: 500,
  reconcileOlderThanMs: 1_000,
  sweepEveryMs: 500,
  schedulePollMs: 500,
  scheduleOlderThanMs: 1_000,
  stickyTimeoutMs: 1_000,
  shutdownGraceMs: 2_000,
  heartbeatThrottleMs: 300,
  workflowTaskTimeoutMs: 3_000,
};

quietRuntime();

/** A lost worker is noticed soon. */
export const testBounds: Partial<Bounds> = { heartbeatTimeoutMs: 1_500 };

let shared: Promise<WorkflowBundle> | undefined;

export interface World extends Evidence {
  readonly tenantId: string;
  readonly store: Store;
  readonly client: Client;
  readonly database: ClonedDatabase;
  readonly namespace: string;
  readonly bundle: WorkflowBundle;
  /** Environment of a worker or server process in this world. */
  readonly env: NodeJS.ProcessEnv;
  startWorker(options?: {
    readonly bounds?: Partial<Bounds>;
    readonly waits?: Partial<WorkerWaits>;
    /** Of another build. */
    readonly bundle?: WorkflowBundle;
  }): Promise<RunWorker>;
  publish(
    definition: object | string,
  ): Promise<{ readonly key: string; readonly version: number; readonly program: Program }>;
  start(workflowKey: string, payload?: Json): Promise<string>;
  replay(runId: string, payload?: Json): Promise<string>;
  cancel(runId: string): Promise<void>;
  /** As `POST /tasks/:id/complete` does, or `override`. */
  answer(
    taskId: string,
    answer: Json,
    more?: Partial<Omit<AnswerRequest, "tenantId" | "taskId" | "answer">>,
  ): Promise<{ readonly status: "accepted" }>;
  /** As `POST /events` does. @returns our id of the event */
  event(event: {
    readonly name: string;
    readonly id?: string;
    readonly payload?: Json;
    readonly correlationKey?: string;
    readonly userId?: string;
  }): Promise<string>;
  stopWorkers(): Promise<void>;
  close(): Promise<void>;
}

/** A database, a namespace and a tenant of their own; a worker only when asked for. */
export async function newWorld(
  options: {
    readonly actions?: readonly Action[];
    /** Payloads are sealed on their way into Temporal. */
    readonly sealsPayloads?: boolean;
    readonly mail?: MailPort;
    /** What the worker logs. */
    readonly log?: Log;
  } = {},
): Promise<World> {
  const { sealsPayloads = false } = options;
  const database = await clonedDatabase({ max: 20 });
  const { store } = database;
  const address = testTemporalAddress();
  const namespace = await newNamespace(address);
  const client = temporalClient(store, { address, namespace, sealsPayloads });
  const tenantId = await newTenant(store);
  shared ??= workflowBundle();
  const bundle = await shared;
  const registry = createRegistry([...builtInActions, ...(options.actions ?? [])]);
  const entries = catalogue(registry);
  const workers = new Set<RunWorker>();
  const parts = { store, client, workflowTaskTimeoutMs: testWaits.workflowTaskTimeoutMs as number };
  const quiet = {
    info: () => undefined,
    warn: (fields: object, message: string) =>
      void (
        process.env["MAINSPRING_TEST_LOG"] === undefined ||
        process.stderr.write(`${message} ${JSON.stringify(fields)}\n`)
      ),
  };

  const stopWorkers = async (): Promise<void> => {
    const all = [...workers];
    workers.clear();
    await Promise.all(all.map((worker) => worker.stop()));
  };
  return {
    ...evidenceOf({ tenantId, store, client, bundle }),
    tenantId,
    store,
    client,
    database,
    namespace,
    bundle,
    env: {
      ...process.env,
      DATABASE_URL: database.appUrl,
      DISPATCHER_DATABASE_URL: database.dispatcherUrl,
      RECONCILER_DATABASE_URL: database.reconcilerUrl,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      MAINSPRING_MASTER_KEYS: database.masterKeys,
      MAINSPRING_ENCRYPT_PAYLOADS: sealsPayloads ? "on" : "off",
      MAINSPRING_WAITS: JSON.stringify(testWaits),
      MAINSPRING_BOUNDS: JSON.stringify(testBounds),
      MAINSPRING_LOG_LEVEL: "warn",
    },
    async startWorker({ bounds, waits, bundle: other } = {}) {
      const worker = await startRunWorker({
        temporal: { address, namespace, sealsPayloads },
        masterKeys: parseMasterKeys(database.masterKeys),
        ...(options.mail === undefined ? {} : { mail: options.mail }),
        databaseUrl: database.appUrl,
        dispatcherUrl: database.dispatcherUrl,
        reconcilerUrl: database.reconcilerUrl,
        registry,
        bundle: other ?? bundle,
        log: options.log ?? quiet,
        waits: { ...testWaits, ...waits },
        bounds: { ...testBounds, ...bounds },
      });
      workers.add(worker);
      return { ...worker, stop: () => (workers.delete(worker), worker.stop()) };
    },
    publish: (definition) => publish(store, tenantId, definition as Json | string, entries),
    start: async (workflowKey, payload = {}) =>
      (await launch(parts, { tenantId, workflowKey, payload, startedBy: "test" })).runId,
    replay: async (runId, payload) =>
      (await replay(parts, { tenantId, runId, startedBy: "test", ...(payload === undefined ? {} : { payload }) }))
        .runId,
    cancel: async (runId) => void (await cancelRun(parts, { tenantId, runId, by: "test" })),
    answer: (taskId, answer, more) =>
      answerTask({ store, client }, { tenantId, taskId, answer, by: "somebody", ...more }),
    async event({ name, id = crypto.randomUUID(), payload = {}, correlationKey, userId }) {
      const accepted = await store.tenant(tenantId, (db) =>
        acceptInbound(
          db,
          {
            source: "default",
            id,
            name,
            payload,
            ...(userId === undefined ? {} : { userId }),
            ...(correlationKey === undefined ? {} : { correlationKey }),
          },
          { paths: {} },
        ),
      );
      if ("problem" in accepted) throw new Error(accepted.problem.message);
      return accepted.eventId;
    },
    stopWorkers,
    async close() {
      await stopWorkers();
      await client.connection.close();
      await database.drop();
    },
  };
}
