import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Backlog } from "@mainspring/store";
import type { EventStreamHealth, Taken } from "../stream/event-stream.ts";
import type { Standing } from "./standing.ts";

/** What happened to one event when a worker took it from the inbox. */
export interface RoutedEvent {
  readonly outcome: "completed" | "failed" | "dead";
  readonly tookMs: number;
  /** Since its acceptance. */
  readonly ageMs: number;
}

/** Metrics of one worker process, in a registry of their own. */
export interface WorkerMetrics {
  eventRouted(event: RoutedEvent): void;
  delivered(outcome: "delivered" | "ignored" | "failed"): void;
  taken(taken: Taken): void;
  activityEnded(activity: string, outcome: "succeeded" | "failed", tookMs: number): void;
  actionEnded(action: string, outcome: "succeeded" | "failed"): void;
  runOpened(): void;
  relayed(count: number): void;
  /** A nominal time of a schedule was decided. */
  ticked(outcome: string): void;
  /** Entries of a journal were written, the oldest so long after it was made. */
  projected(lagMs: number): void;
  /** In Prometheus' text format; what stands in tables is asked for now. */
  text(): Promise<string>;
}

/** What is asked for when somebody reads. */
export interface MetricSources {
  readonly backlog: () => Promise<Backlog>;
  readonly standing: () => Promise<Standing>;
  readonly stream: () => EventStreamHealth | undefined;
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

export function createWorkerMetrics(sources: MetricSources): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name: `mainspring_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, ...labelNames: L[]): Histogram<L> =>
    new Histogram({ name: `mainspring_${name}`, help, labelNames, buckets: secondsBuckets, registers });

  const processed = counter("events_processed_total", "Events that a worker took from the inbox");
  const succeeded = counter("events_succeeded_total", "Events that were routed");
  const failed = counter("events_failed_total", "Tries to route an event that failed, the last ones included");
  const dead = counter("events_dead_total", "Events that were given up after their last try");
  const processing = histogram("event_processing_seconds", "Time from taking an event to its outcome");
  const age = histogram("event_age_seconds", "Time from an event's acceptance to its outcome");
  const deliveries = counter("event_deliveries_total", "Signals to runs that wait", "outcome");
  const entries = counter("stream_entries_total", "Entries taken from streams", "result");
  const activities = counter("activities_total", "Activities of runs", "activity", "outcome");
  const activitySeconds = histogram("activity_seconds", "How long activities took", "activity");
  const actions = counter("action_calls_total", "Tries of remote actions", "action", "outcome");
  const runs = counter("runs_started_total", "Runs that a worker has begun to execute");
  const ticks = counter("schedule_ticks_total", "Nominal times of schedules that were decided", "outcome");
  const lagged = histogram("projection_lag_seconds", "How old the oldest entry of a journal was when it was flushed");
  const relayed = counter("starts_relayed_total", "Starts that the relay carried out");

  const gauge = (name: string, help: string): Gauge => new Gauge({ name: `mainspring_${name}`, help, registers });
  const inbox = gauge("inbox_backlog", "Events that are to be routed, over all tenants");
  const inboxAge = gauge("inbox_oldest_seconds", "How long the oldest of them has been due");
  const outbox = gauge("relay_backlog", "Starts that are owed, over all tenants");
  const outboxAge = gauge("relay_oldest_seconds", "How long the oldest of them has been due");
  const undelivered = gauge("deliveries_backlog", "Signals to runs that are to be tried again");
  const letters = gauge("dead_letters", "Events and deliveries that were given up");
  const quotaPaused = gauge("runs_quota_paused", "Runs that wait for their tenant's step quota");
  const labelled = <L extends string>(name: string, help: string, label: L): Gauge<L> =>
    new Gauge({ name: `mainspring_${name}`, help, labelNames: [label], registers });
  const held = labelled("starts_held", "Starts that wait for their turn", "reason");
  const schedules = labelled("schedules", "Schedules of all tenants", "state");
  const behind = gauge("schedules_behind", "Schedules that Temporal has not followed yet");
  const lag = gauge("stream_lag", "Entries of streams that no consumer has been given");
  const full = gauge("stream_full", "Streams whose entries wait, because the inbox of their tenant is full");
  const suspended = gauge("stream_suspended", "Streams whose entries wait, because their tenant is suspended");
  const pending = new Gauge({
    name: "mainspring_stream_pending",
    help: "Entries given to a consumer of this process and not acknowledged",
    labelNames: ["consumer"],
    registers,
  });
  const lastSuccess = new Gauge({
    name: "mainspring_stream_last_success_seconds",
    help: "When a consumer last heard from Redis, in seconds since 1970",
    labelNames: ["consumer"],
    registers,
  });

  const refresh = async (): Promise<void> => {
    const [backlog, standing] = await Promise.all([sources.backlog(), sources.standing()]);
    inbox.set(backlog.events.count);
    inboxAge.set(backlog.events.oldestMs / 1_000);
    outbox.set(backlog.starts.count);
    outboxAge.set(backlog.starts.oldestMs / 1_000);
    undelivered.set(backlog.deliveries.count);
    letters.set(standing.deadLetters);
    quotaPaused.set(standing.quotaPaused);
    for (const [reason, count] of Object.entries(standing.held)) held.set({ reason }, count);
    for (const [state, count] of Object.entries(standing.schedules)) schedules.set({ state }, count);
    behind.set(standing.schedulesBehind);
  };
  const refreshStream = (): void => {
    const stream = sources.stream();
    if (stream === undefined) return;
    lag.set(stream.lag);
    full.set(stream.full.length);
    suspended.set(stream.suspended.length);
    for (const { id, pending: own, lastSuccessAt } of stream.consumers) {
      const consumer = id.slice(id.lastIndexOf(":") + 1);
      pending.set({ consumer }, own);
      if (lastSuccessAt !== undefined) lastSuccess.set({ consumer }, Date.parse(lastSuccessAt) / 1_000);
    }
  };
  return {
    eventRouted({ outcome, tookMs, ageMs }) {
      processed.inc();
      if (outcome === "completed") succeeded.inc();
      else failed.inc();
      if (outcome === "dead") dead.inc();
      processing.observe(tookMs / 1_000);
      age.observe(ageMs / 1_000);
    },
    delivered: (outcome) => deliveries.inc({ outcome }),
    taken(taken) {
      for (const result of ["accepted", "duplicate", "refused"] as const) entries.inc({ result }, taken[result]);
    },
    activityEnded(activity, outcome, tookMs) {
      activities.inc({ activity, outcome });
      activitySeconds.observe({ activity }, tookMs / 1_000);
    },
    actionEnded: (action, outcome) => actions.inc({ action, outcome }),
    runOpened: () => runs.inc(),
    relayed: (count) => relayed.inc(count),
    ticked: (outcome) => ticks.inc({ outcome }),
    projected: (lagMs) => lagged.observe(lagMs / 1_000),
    async text() {
      refreshStream();
      // While the database is away the gauges keep what they had; everything else is told all the same.
      await refresh().catch(() => undefined);
      return registry.metrics();
    },
  };
}

type Activities = { readonly [name: string]: (...args: never[]) => Promise<unknown> };

/** The same activities, counted and timed. */
export function countedActivities<A extends Activities>(activities: A, metrics: WorkerMetrics): A {
  const counted = Object.entries(activities).map(([name, activity]) => {
    const run = async (...args: never[]): Promise<unknown> => {
      const startedMs = performance.now();
      const action = actionIn(name, args[0]);
      const end = (outcome: "succeeded" | "failed"): void => {
        metrics.activityEnded(name, outcome, performance.now() - startedMs);
        if (action !== undefined) metrics.actionEnded(action, outcome);
      };
      if (name === "openRun") metrics.runOpened();
      try {
        const result = await activity(...args);
        end("succeeded");
        const oldestMs = oldestEntryMs(args[0]);
        if (oldestMs !== undefined) metrics.projected(Math.max(Date.now() - oldestMs, 0));
        return result;
      } catch (error) {
        end("failed");
        throw error;
      }
    };
    return [name, run];
  });
  return Object.fromEntries(counted) as A;
}

/** When the first of the entries was made that an activity has written; undefined: it had none. Those that a call carries are none of them: its end is not their commit. */
function oldestEntryMs(args: unknown): number | undefined {
  const [first] = (args as { readonly entries?: readonly { readonly at?: unknown }[] } | undefined)?.entries ?? [];
  const ms = typeof first?.at === "string" ? Date.parse(first.at) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** The action that a call is of: names are those of the catalogue, so there are only so many. */
function actionIn(activity: string, args: unknown): string | undefined {
  if (activity !== "performAction") return undefined;
  const { call } = args as { readonly call?: { readonly action?: unknown } };
  return typeof call?.action === "string" ? call.action : undefined;
}
