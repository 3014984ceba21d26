import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { MailPort, Registry } from "@mainspring/actions";
import { taskQueue, workflowIdOf } from "@mainspring/core";
import { openDispatcher, openReconciler, openStore, type MasterKeys } from "@mainspring/store";
import type { Client } from "@temporalio/client";
import { NativeConnection, Worker, type WorkflowBundle } from "@temporalio/worker";
import type { Log } from "../activities/dependencies.ts";
import { Egress } from "../activities/egress.ts";
import { StepLimits } from "../activities/step-limits.ts";
import { Epochs } from "../activities/epochs.ts";
import { Programs } from "../activities/programs.ts";
import { shellActivities } from "../activities/shell-activities.ts";
import type { BacklogGate } from "../ingestion/backlog.ts";
import type { CorrelationPaths } from "../ingestion/correlation.ts";
import { deliverOnce, routeOnce } from "../ingestion/route-event.ts";
import { relayOnce } from "../launcher/relay.ts";
import { releaseOnce } from "../quotas/release.ts";
import { scanQuotas } from "../quotas/scan.ts";
import { reconcileOnce } from "../reconciler/reconcile.ts";
import { startEventStream, type EventStream, type EventStreamHealth } from "../stream/event-stream.ts";
import type { StreamSettings } from "../stream/settings.ts";
import { temporalClient, type TemporalPlace } from "../temporal/connect.ts";
import { traceActivities, traceSinks } from "../tracing/activity-spans.ts";
import { dataConverter } from "../temporal/data-converter.ts";
import { isNotFound } from "../temporal/grpc.ts";
import { defaultBounds, type Bounds } from "../workflow/bounds.ts";
import { nativeConnection } from "./native-connection.ts";
import { continueDeletions, housekeepOnce } from "./housekeeping.ts";
import { startInterval, wakeOneOf, worstOf, type IntervalState } from "./intervals.ts";
import { cachedRunsFromEnvironment } from "./cached-runs.ts";
import { countedActivities, createWorkerMetrics } from "./metrics.ts";
import { assertMayPoll, ownershipSelfTest } from "./ownership.ts";
import { startScheduleKeeping, tickActivities } from "./schedule-keeping.ts";
import { standingOf } from "./standing.ts";
import { sweepOnce } from "./sweep.ts";

/** How long the parts of a worker wait; tests lower them. */
export interface WorkerWaits {
  readonly relayPollMs: number;
  readonly inboxPollMs: number;
  /** An event that a killed worker had claimed is free again after so long. */
  readonly eventClaimMs: number;
  /** How often runs are compared with their executions. */
  readonly reconcileEveryMs: number;
  /** How often runs that a quota has paused are looked at. */
  readonly quotaScanEveryMs: number;
  /** How often held starts are looked at; the end of a run wakes at once. */
  readonly releasePollMs: number;
  /** One run is compared with its execution at most this often. */
  readonly reconcileOlderThanMs: number;
  readonly sweepEveryMs: number;
  /** How often changed schedules are looked for. */
  readonly schedulePollMs: number;
  /** One schedule is compared with Temporal at most this often; so often schedules of Temporal without a row are looked for. */
  readonly scheduleOlderThanMs: number;
  readonly stickyTimeoutMs: number;
  readonly shutdownGraceMs: number;
  /** Heartbeats of one call go out at most this often. */
  readonly heartbeatThrottleMs: number;
  readonly workflowTaskTimeoutMs?: number;
}

/** How often what is kept no longer is looked for. */
const housekeepEveryMs = 3_600_000;

export const defaultWaits: WorkerWaits = {
  relayPollMs: 1_000,
  inboxPollMs: 1_000,
  eventClaimMs: 60_000,
  reconcileEveryMs: 5_000,
  quotaScanEveryMs: 10_000,
  releasePollMs: 1_000,
  reconcileOlderThanMs: 15_000,
  sweepEveryMs: 30_000,
  schedulePollMs: 5_000,
  scheduleOlderThanMs: 60_000,
  stickyTimeoutMs: 10_000,
  shutdownGraceMs: 25_000,
  heartbeatThrottleMs: 2_000,
};

export interface WorkerOptions {
  readonly temporal: TemporalPlace;
  readonly databaseUrl: string;
  readonly dispatcherUrl: string;
  readonly reconcilerUrl: string;
  /** Left out: what needs a secret fails, and nothing that is sealed can be read. */
  readonly masterKeys?: MasterKeys;
  readonly registry: Registry;
  /** Left out: no mail can be sent. */
  readonly mail?: MailPort;
  readonly bundle: WorkflowBundle;
  readonly log: Log;
  readonly bounds?: Partial<Bounds>;
  readonly waits?: Partial<WorkerWaits>;
  /** Runs that are kept in memory between their workflow tasks. Left out: as many as the heap has room for. */
  readonly cachedRuns?: number;
  /** Ingestion workers of this process, and consumers of the event stream. */
  readonly ingestionWorkers?: number;
  /** Left out: there is no Redis source. */
  readonly stream?: StreamSettings;
  /** For events of the stream. */
  readonly correlationPaths?: CorrelationPaths;
  /** What entries of a stream wait for once their tenant has too many events that are not routed; left out: they never do. */
  readonly backlog?: BacklogGate;
}

export interface RunWorker {
  readonly identity: string;
  /** Rejects when the Temporal worker fails for good. */
  readonly ended: Promise<void>;
  health(): WorkerHealth;
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

export interface WorkerHealth {
  /** The state of the Temporal worker; `UNREACHABLE` while Temporal does not answer. */
  readonly temporal: string;
  readonly lastRoutedAt?: string;
  readonly lastRelayedAt?: string;
  readonly lastReconciledAt?: string;
  readonly lastQuotaScanAt?: string;
  /** Left out: it is not configured. */
  readonly stream?: EventStreamHealth;
  /** What is at work beside the Temporal worker, and how its last round went. */
  readonly modules: {
    readonly [
      module in "launchRelay" | "heldStarts" | "ingestion" | "reconciler" | "quotaScan" | "dataStoreSweep" | "schedules"
    ]: IntervalState;
  };
}

/**
 * The authored-workflow worker: the one poller of `workflow-runtime-v2`, with ingestion, relay and reconciler in the same process.
 * @throws when Temporal or Postgres cannot be reached: a worker that cannot start fails with its error
 */
export async function startRunWorker(options: WorkerOptions): Promise<RunWorker> {
  const { temporal, log } = options;
  ownershipSelfTest();
  assertMayPoll("authored-workflow", [taskQueue]);
  const waits = { ...defaultWaits, ...options.waits };
  const identity = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  let closing = false;
  const onPoolError = (error: Error): void => {
    // Of the connections that are being closed nobody wants to hear.
    if (!closing) log.warn({ error: error.message }, "A database connection was lost");
  };
  const store = openStore({
    url: options.databaseUrl,
    max: 20,
    kept: 3,
    onPoolError,
    ...(options.masterKeys === undefined ? {} : { masterKeys: options.masterKeys }),
  });
  const dispatcher = openDispatcher({ url: options.dispatcherUrl, onPoolError });
  const reconciler = openReconciler({ url: options.reconcilerUrl, onPoolError });
  await store.ready();
  let stream: EventStream | undefined;
  const metrics = createWorkerMetrics({
    backlog: () => dispatcher.backlog(),
    standing: kept(standingKeptMs, () => standingOf(store)),
    stream: () => stream?.health(),
  });
  const client = temporalClient(store, temporal);
  const launcherParts = {
    store,
    client,
    ...(waits.workflowTaskTimeoutMs === undefined ? {} : { workflowTaskTimeoutMs: waits.workflowTaskTimeoutMs }),
  };
  const connection = await NativeConnection.connect(nativeConnection(temporal.address));
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue,
    identity,
    workflowBundle: options.bundle,
    activities: countedActivities(
      {
        ...tickActivities({ ...launcherParts, log }, metrics),
        ...shellActivities({
          store,
          registry: options.registry,
          bounds: { ...defaultBounds, ...options.bounds },
          programs: new Programs(),
          egress: new Egress(),
          stepLimits: new StepLimits(),
          epochs: new Epochs((runId, temporalRunId) => isCurrentExecution(client, runId, temporalRunId)),
          log,
          ...(options.mail === undefined ? {} : { mail: options.mail }),
          sealsPayloads: temporal.sealsPayloads === true,
          identity,
        }),
      },
      metrics,
    ),
    dataConverter: dataConverter(store, temporal),
    // Only the rebuild listens to the journal; a live worker that replays tells nobody.
    sinks: { journal: { append: { fn: () => undefined, callDuringReplay: false } }, ...traceSinks },
    interceptors: { activity: [traceActivities] },
    stickyQueueScheduleToStartTimeout: waits.stickyTimeoutMs,
    maxHeartbeatThrottleInterval: waits.heartbeatThrottleMs,
    defaultHeartbeatThrottleInterval: waits.heartbeatThrottleMs,
    maxConcurrentWorkflowTaskExecutions: 20,
    maxConcurrentActivityTaskExecutions: 50,
    maxConcurrentLocalActivityExecutions: 20,
    maxCachedWorkflows: options.cachedRuns ?? cachedRunsFromEnvironment({}),
    workflowTaskPollerBehavior: { type: "simple-maximum", maximum: 8 },
    activityTaskPollerBehavior: { type: "simple-maximum", maximum: 8 },
    shutdownGraceTime: waits.shutdownGraceMs,
  });
  log.info(
    { identity, address: temporal.address, namespace: temporal.namespace, queue: taskQueue },
    "the authored-workflow worker polls",
  );
  const ended = worker.run();

  let lastRoutedAt: string | undefined;
  let lastRelayedAt: string | undefined;
  let lastReconciledAt: string | undefined;
  let lastQuotaScanAt: string | undefined;
  const temporalProbe = startInterval("temporal", temporalProbeEveryMs, log, async () => {
    // The worker goes on polling, whether anybody answers or not.
    await client.withDeadline(Date.now() + temporalProbeWithinMs, () => client.workflowService.getSystemInfo({}));
    return { more: false };
  });
  const relay = startInterval("relay", waits.relayPollMs, log, async () => {
    const relayed = await relayOnce(launcherParts, dispatcher, log);
    metrics.relayed(relayed);
    lastRelayedAt = new Date().toISOString();
    return { more: relayed > 0 };
  });
  const releasing = startInterval("held starts", waits.releasePollMs, log, async () => ({
    more: (await releaseOnce({ store, client, reconciler, log })) > 0,
  }));
  const routers = Array.from({ length: options.ingestionWorkers ?? 2 }, (_, index) => {
    const parts = {
      ...launcherParts,
      dispatcher,
      log,
      worker: `${identity}:${index}`,
      claimMs: waits.eventClaimMs,
      counts: metrics,
    };
    return startInterval("ingestion", waits.inboxPollMs, log, async () => {
      const routed = (await routeOnce(parts)) + (await deliverOnce(parts));
      lastRoutedAt = new Date().toISOString();
      return { more: routed > 0 };
    });
  });
  const reconciling = startInterval("reconciler", waits.reconcileEveryMs, log, async () => {
    await reconcileOnce({ store, client, reconciler, log }, { olderThanMs: waits.reconcileOlderThanMs });
    lastReconciledAt = new Date().toISOString();
    return { more: false };
  });
  const scanning = startInterval("quota-scan", waits.quotaScanEveryMs, log, async () => {
    await scanQuotas({ store, client, reconciler, log });
    lastQuotaScanAt = new Date().toISOString();
    return { more: false };
  });
  const housekeeping = startInterval("housekeeping", housekeepEveryMs, log, async () => {
    return { more: await housekeepOnce(launcherParts, log) };
  });
  const deleting = startInterval("tenant-deletion", waits.reconcileEveryMs, log, async () => {
    const parts = options.stream === undefined ? launcherParts : { ...launcherParts, stream: options.stream };
    await continueDeletions(parts, log);
    return { more: false };
  });
  const sweeping = startInterval("data-store sweep", waits.sweepEveryMs, log, async () => ({
    more: await sweepOnce({ store, dispatcher }),
  }));
  const schedules = startScheduleKeeping({ store, client, reconciler, log }, waits);
  if (options.stream !== undefined) {
    stream = await startEventStream({
      store,
      settings: options.stream,
      rules: {
        paths: options.correlationPaths ?? {},
        ...(options.backlog === undefined ? {} : { backlog: options.backlog }),
      },
      identity,
      consumers: options.ingestionWorkers ?? 2,
      log,
      onTaken: (taken) => metrics.taken(taken),
    });
  }
  const stopListening = [
    await dispatcher.listen("outbox", () => relay.wake()),
    await dispatcher.listen("ends", () => releasing.wake()),
    await dispatcher.listen("inbox", () => wakeOneOf(routers)),
  ];

  return {
    identity,
    ended,
    health: () => ({
      temporal:
        worker.getState() === "RUNNING" && temporalProbe.state() === "failing" ? "UNREACHABLE" : worker.getState(),
      ...(lastRoutedAt === undefined ? {} : { lastRoutedAt }),
      ...(lastRelayedAt === undefined ? {} : { lastRelayedAt }),
      ...(lastReconciledAt === undefined ? {} : { lastReconciledAt }),
      ...(lastQuotaScanAt === undefined ? {} : { lastQuotaScanAt }),
      ...(stream === undefined ? {} : { stream: stream.health() }),
      modules: {
        launchRelay: relay.state(),
        heldStarts: releasing.state(),
        ingestion: worstOf(routers.map((router) => router.state())),
        reconciler: reconciling.state(),
        quotaScan: scanning.state(),
        dataStoreSweep: sweeping.state(),
        schedules: schedules.state(),
      },
    }),
    metrics: () => metrics.text(),
    async stop() {
      // Each part is stopped though another fails to.
      const failures = (
        await Promise.allSettled([
          ...stopListening.map((stop) => stop()),
          stream?.stop(),
          temporalProbe.stop(),
          relay.stop(),
          releasing.stop(),
          reconciling.stop(),
          sweeping.stop(),
          schedules.stop(),
          housekeeping.stop(),
          deleting.stop(),
          scanning.stop(),
          ...routers.map((router) => router.stop()),
          stopPolling(worker, ended),
        ])
      ).filter((result) => result.status === "rejected");
      closing = true;
      await Promise.allSettled([
        connection.close(),
        client.connection.close(),
        dispatcher.close(),
        reconciler.close(),
        store.close(),
      ]);
      for (const { reason } of failures) log.warn({ error: String(reason) }, "A part did not stop in order");
    },
  };
}

const temporalProbeEveryMs = 2_000;
const temporalProbeWithinMs = 2_000;
const standingKeptMs = 15_000;

/** What was asked for is good for so long. */
function kept<T>(forMs: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly atMs: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (last === undefined || performance.now() - last.atMs > forMs) {
      last = { atMs: performance.now(), answer: ask() };
      last.answer.catch(() => (last = undefined));
    }
    return last.answer;
  };
}

async function stopPolling(worker: Worker, ended: Promise<void>): Promise<void> {
  if (worker.getState() === "RUNNING") worker.shutdown();
  await ended.catch(() => undefined);
}

async function isCurrentExecution(client: Client, runId: string, temporalRunId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowIdOf(runId)).describe()).runId === temporalRunId;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
