import { builtInActions, catalogue, createRegistry, type Action } from "@mainspring/actions";
import { foldJournal, stateHash, workflowIdOf, type InboundEvent, type Json, type JournalEntry, type Program, type RunState } from "@mainspring/core";
import { acceptEvent, getBlob, getProgram, getRun, journalOf, projectWholeRun, stepsOf, waitsOf, type RunRow, type StepRow, type Store, type WaitRow } from "@mainspring/store";
import { clonedDatabase, type ClonedDatabase } from "@mainspring/store/testing";
import type { Client } from "@temporalio/client";
import type { WorkflowBundle } from "@temporalio/worker";
import { resolveCorrelationKey } from "../ingestion/correlation.ts";
import { cancelRun } from "../launcher/cancel.ts";
import { launch, replay } from "../launcher/launch.ts";
import { chainOf, journalFromHistory } from "../rebuild/journal-from-history.ts";
import { confirmRun } from "../reconciler/confirm.ts";
import { dataConverter } from "../temporal/data-converter.ts";
import { temporalClient } from "../temporal/connect.ts";
import { storeBlobs } from "../temporal/store-blobs.ts";
import type { Bounds } from "../workflow/bounds.ts";
import { startRunWorker, type RunWorker, type WorkerWaits } from "../worker/run-worker.ts";
import { workflowBundle } from "../worker/workflow-bundle.ts";
import { newNamespace, testTemporalAddress } from "./namespace.ts";
import { newTenant, publish } from "./publish.ts";
import { quietRuntime } from "./quiet-runtime.ts";
import { until } from "./until.ts";

/** Waits short enough for tests on one machine. */
export const testWaits: Partial<WorkerWaits> = { relayPollMs: 200, inboxPollMs: 200, reconcileEveryMs: 500, reconcileOlderThanMs: 1_000, stickyTimeoutMs: 1_000, shutdownGraceMs: 2_000, heartbeatThrottleMs: 300, workflowTaskTimeoutMs: 3_000 };

quietRuntime();

/** A lost worker is noticed soon. */
export const testBounds: Partial<Bounds> = { heartbeatTimeoutMs: 1_500 };

let shared: Promise<WorkflowBundle> | undefined;

export interface World {
  readonly tenantId: string;
  readonly store: Store;
  readonly client: Client;
  readonly database: ClonedDatabase;
  readonly namespace: string;
  readonly bundle: WorkflowBundle;
  /** Environment of a worker or server process in this world. */
  readonly env: NodeJS.ProcessEnv;
  startWorker(options?: { readonly bounds?: Partial<Bounds>; readonly waits?: Partial<WorkerWaits> }): Promise<RunWorker>;
  publish(definition: object | string): Promise<{ readonly key: string; readonly version: number; readonly program: Program }>;
  start(workflowKey: string, payload?: Json): Promise<string>;
  replay(runId: string, payload?: Json): Promise<string>;
  cancel(runId: string): Promise<void>;
  /** As `POST /events` does. @returns our id of the event */
  event(event: { readonly name: string; readonly id?: string; readonly payload?: Json; readonly correlationKey?: string }): Promise<string>;
  /** The run once its end is confirmed. */
  ended(runId: string, withinMs?: number): Promise<RunRow>;
  run(runId: string): Promise<RunRow>;
  steps(runId: string): Promise<StepRow[]>;
  waits(runId: string): Promise<WaitRow[]>;
  journal(runId: string): Promise<JournalEntry[]>;
  /** Steps as `id[iteration] status`, in the order of their start. */
  trace(runId: string): Promise<string[]>;
  waiting(runId: string): Promise<void>;
  /** The state after entry `seq`, or the last one, folded from the journal's inputs. */
  stateAt(runId: string, seq?: number): Promise<RunState>;
  /** Fails unless the fold has the recorded hash, and journal and rows are those that history gives. */
  expectSound(runId: string): Promise<void>;
  close(): Promise<void>;
}

/** A database, a namespace and a tenant of their own; a worker only when asked for. */
export async function newWorld(options: { readonly actions?: readonly Action[] } = {}): Promise<World> {
  const database = await clonedDatabase({ max: 20 });
  const { store } = database;
  const address = testTemporalAddress();
  const namespace = await newNamespace(address);
  const client = temporalClient(store, { address, namespace });
  const tenantId = await newTenant(store);
  shared ??= workflowBundle();
  const bundle = await shared;
  const registry = createRegistry([...builtInActions, ...(options.actions ?? [])]);
  const entries = catalogue(registry);
  const workers = new Set<RunWorker>();
  const parts = { store, client, workflowTaskTimeoutMs: testWaits.workflowTaskTimeoutMs as number };
  const quiet = { info: () => undefined, warn: (fields: object, message: string) => void (process.env["MAINSPRING_TEST_LOG"] === undefined || process.stderr.write(`${message} ${JSON.stringify(fields)}\n`)) };

  const inTenant = store.tenant.bind(store, tenantId) as <T>(work: Parameters<typeof store.tenant<T>>[1]) => Promise<T>;
  const all = async <T>(read: (cursor?: string) => Promise<{ readonly items: readonly T[]; readonly nextCursor?: string | null | undefined }>): Promise<T[]> => {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const page = await read(cursor);
      items.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return items;
  };

  const world: World = {
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
      MAINSPRING_WAITS: JSON.stringify(testWaits),
      MAINSPRING_BOUNDS: JSON.stringify(testBounds),
      MAINSPRING_LOG_LEVEL: "warn",
    },
    async startWorker({ bounds, waits } = {}) {
      const worker = await startRunWorker({
        temporal: { address, namespace },
        databaseUrl: database.appUrl,
        dispatcherUrl: database.dispatcherUrl,
        reconcilerUrl: database.reconcilerUrl,
        registry,
        bundle,
        log: quiet,
        waits: { ...testWaits, ...waits },
        bounds: { ...testBounds, ...bounds },
      });
      workers.add(worker);
      return { ...worker, stop: () => (workers.delete(worker), worker.stop()) };
    },
    publish: (definition) => publish(store, tenantId, definition as Json | string, entries),
    start: async (workflowKey, payload = {}) => (await launch(parts, { tenantId, workflowKey, payload, startedBy: "test" })).runId,
    replay: async (runId, payload) => (await replay(parts, { tenantId, runId, startedBy: "test", ...(payload === undefined ? {} : { payload }) })).runId,
    cancel: async (runId) => void (await cancelRun(parts, { tenantId, runId, by: "test" })),
    async event({ name, id = crypto.randomUUID(), payload = {}, correlationKey }) {
      const derived = resolveCorrelationKey({ name, payload, ...(correlationKey === undefined ? {} : { correlationKey }) }, {});
      const accepted = await inTenant((db) => acceptEvent(db, { source: "default", eventId: id, name, payload, bodyHash: id, ...(derived === undefined ? {} : { correlationKey: derived.key, correlationHow: derived.how }) }));
      return accepted.id;
    },
    ended: (runId, withinMs = 60_000) =>
      until(
        `run ${runId} ends`,
        async () => {
          const run = await world.run(runId);
          if (!["SUCCEEDED", "FAILED", "CANCELED"].includes(run.status)) return undefined;
          return (await confirmRun(parts, { tenantId, runId })) === "confirmed" ? world.run(runId) : undefined;
        },
        { withinMs },
      ),
    async run(runId) {
      const run = await inTenant((db) => getRun(db, runId));
      if (run === undefined) throw new Error(`There is no run ${runId}`);
      return run;
    },
    steps: (runId) => all((cursor) => inTenant((db) => stepsOf(db, runId, { limit: 200, ...(cursor === undefined ? {} : { cursor }) }))),
    waits: (runId) => all((cursor) => inTenant((db) => waitsOf(db, runId, { limit: 200, ...(cursor === undefined ? {} : { cursor }) }))),
    journal: (runId) => inTenant((db) => journalOf(db, runId)),
    trace: async (runId) => (await world.steps(runId)).map(({ stepId, iteration, status }) => `${stepId}${iteration.length === 0 ? "" : `[${iteration.join(",")}]`} ${status}`),
    waiting: async (runId) => void (await until(`run ${runId} waits`, async () => ((await world.run(runId)).status === "WAITING" ? true : undefined))),
    async stateAt(runId, seq) {
      const journal = await world.journal(runId);
      const run = await world.run(runId);
      const program = (await inTenant((db) => getProgram(db, run.programHash as string))) as unknown as Program;
      const values = await blobsOf(world, journal);
      return foldJournal(program, journal, ({ hash }) => values.get(hash) as Json, seq === undefined ? {} : { untilSeq: seq });
    },
    async expectSound(runId) {
      const [journal, run] = [await world.journal(runId), await world.run(runId)];
      if (journal.length !== run.journalSeq || journal.some((entry, i) => entry.seq !== i + 1)) throw new Error(`The journal of ${runId} has holes: ${journal.map(({ seq }) => seq).join()} of ${run.journalSeq}`);
      const state = await world.stateAt(runId);
      if (run.finalStateHash !== null && stateHash(state) !== run.finalStateHash) throw new Error(`The fold of ${runId} gives another state than the run recorded`);
      const rebuilt = await journalFromHistory({ client, bundle, dataConverter: dataConverter(storeBlobs(store)) }, runId);
      expectEqual("journal", rebuilt, journal);
      const projection = projectWholeRun(rebuilt.map((entry) => ({ seq: entry.seq, entry })) as never);
      const steps = await world.steps(runId);
      expectEqual("steps", projection.steps.map(({ stepId, stepPath, iteration, status }) => ({ stepId, stepPath, iteration, status })), steps.map(({ stepId, stepPath, iteration, status }) => ({ stepId, stepPath, iteration, status })));
      const waits = await world.waits(runId);
      expectEqual("waits", projection.waits.map(({ waitType, status }) => ({ waitType, status })), waits.map(({ waitType, status }) => ({ waitType, status })));
      expectEqual("run", projection.run.status?.status, run.status);
    },
    async close() {
      await Promise.all([...workers].map((worker) => worker.stop()));
      await client.connection.close();
      await database.drop();
    },
  };
  return world;
}

/** Number of executions in a run's chain, oldest first, by their history lengths. */
export async function executionLengths(world: World, runId: string): Promise<number[]> {
  return (await chainOf(world.client, runId)).map((history) => history.events?.length ?? 0);
}

/** Signals as a stock client of Temporal would, past the inbox. */
export async function signalEvent(world: World, runId: string, event: InboundEvent): Promise<void> {
  await world.client.workflow.getHandle(workflowIdOf(runId)).signal("workflowRuntimeV2Event", event);
}

async function blobsOf(world: World, journal: readonly JournalEntry[]): Promise<Map<string, Json>> {
  const hashes = new Set([...JSON.stringify(journal).matchAll(/"hash":"([0-9a-f]{64})"/g)].map((match) => match[1] as string));
  const values = new Map<string, Json>();
  await world.store.tenant(world.tenantId, async (db) => {
    for (const hash of hashes) {
      const bytes = await getBlob(db, hash);
      if (bytes !== undefined) values.set(hash, JSON.parse(Buffer.from(bytes).toString("utf8")) as Json);
    }
  });
  return values;
}

function expectEqual(what: string, expected: unknown, seen: unknown): void {
  const [a, b] = [JSON.stringify(sorted(expected)), JSON.stringify(sorted(seen))];
  if (a === b) return;
  const at = [...a].findIndex((character, i) => character !== b[i]);
  throw new Error(`The ${what} from history and the stored one differ at ${at}: ...${a.slice(Math.max(0, at - 150), at + 150)} | ...${b.slice(Math.max(0, at - 150), at + 150)}`);
}

/** Keys in one order: a column of JSON may have another. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));
}
