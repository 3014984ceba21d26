import { instantFromMs, planOfStep } from "@mainspring/core";
import type {
  EventWaitFact,
  Program,
  QuotaFact,
  RunError,
  RunFact,
  RunFacts,
  StepFact,
  TaskFact,
  WaitFact,
  WaitFilter,
  WaitType,
} from "@mainspring/core";
import {
  failingDeliveriesOf,
  getProgram,
  getRun,
  holdingLimit,
  openStepsOf,
  openTasksOf,
  openWaitRows,
  owedStart,
  runBearings,
  stepUsage,
  unknownOutcomesOf,
  type FailingDelivery,
  type OpenStep,
  type OpenTask,
  type OpenWaitRow,
  type RunBearings,
  type RunRow,
  type TenantDb,
} from "@mainspring/store";
import type { CorrelationPaths } from "../ingestion/correlation.ts";
import { eventFacts } from "./event-facts.ts";

/** What the rows say of a run; undefined: there is no such run. */
export async function rowFacts(db: TenantDb, runId: string, paths: CorrelationPaths): Promise<RunFacts | undefined> {
  const run = await getRun(db, runId);
  const bearings = run === undefined ? undefined : await runBearings(db, run.id);
  if (run === undefined || bearings === undefined) return undefined;
  const unknownOutcomes = await unknownOutcomesOf(db, run.id);
  const common = {
    now: bearings.now,
    run: runFact(run, bearings),
    unknownOutcomes: unknownOutcomes.map(({ id, ...rest }) => ({ invocationId: id, ...rest })),
  };
  if (run.completedAt !== null) return { ...common, steps: [], waits: [] };
  const start = run.status === "QUEUED" ? await owedStart(db, run.id) : undefined;
  const holding = start?.dueAt === null ? { ...pauseOf(bearings), ...(await limitOf(db, run, bearings)) } : {};
  const isHeld = Object.keys(holding).length > 0;
  const program = bearings.programHash === null ? undefined : await getProgram(db, bearings.programHash);
  const steps = await openStepsOf(db, run.id);
  const waits = await openWaitRows(db, run.id);
  return {
    ...common,
    ...(start === undefined || isHeld
      ? {}
      : {
          start: {
            attempts: start.attempts,
            // Held by nothing any more, it is let go in a moment.
            dueAt: start.dueAt ?? bearings.now,
            ...present("lastError", start.lastError),
          },
        }),
    ...holding,
    steps: steps.map((step) => stepFact(step, program as Program | undefined)),
    waits: await waitFacts(db, run, waits, program as Program | undefined, paths),
  };
}

function runFact(run: RunRow, { segmentTries }: RunBearings): RunFact {
  return {
    id: run.id,
    workflow: run.workflowKey,
    status: run.status,
    createdAt: run.createdAt,
    ...present("startedAt", run.startedAt),
    ...present("completedAt", run.completedAt),
    ...present("error", run.error as RunFact["error"] | null),
    ...present("queuedReason", run.queuedReason),
    ...present("cancelRequestedAt", run.cancelRequestedAt),
    ...present("cancelRequestedBy", run.cancelRequestedBy),
    journalSeq: run.journalSeq,
    stepCount: run.stepCount,
    ...(run.temporalWorkflowId === null ? { isLegacy: true as const } : {}),
    ...present("segmentTries", segmentTries),
  };
}

function pauseOf({
  workflowPausedAt,
  workflowPausedBy,
  workflowPauseNote,
}: RunBearings): Pick<RunFacts, "workflowPaused"> {
  if (workflowPausedAt === null) return {};
  return {
    workflowPaused: {
      at: workflowPausedAt,
      ...present("by", workflowPausedBy),
      ...present("note", workflowPauseNote),
    },
  };
}

/** The limit that holds its start. */
async function limitOf(
  db: TenantDb,
  run: RunRow,
  { now }: RunBearings,
): Promise<Pick<RunFacts, "limit" | "startLimit">> {
  const holding = await holdingLimit(db, run.id);
  if (holding === undefined) return {};
  const { of, limit, used, oldest, roomInMs = 0 } = holding;
  if (of === "startsPerMinute" || of === "fuelPerMinute")
    return { startLimit: { of, limit, used, roomAt: instantFromMs(Date.parse(now) + roomInMs) } };
  return {
    limit: {
      of,
      limit,
      running: used,
      oldest: oldest.map(({ id, workflow, startedAt }) => ({ id, workflow, ...present("startedAt", startedAt) })),
    },
  };
}

function stepFact(step: OpenStep, program: Program | undefined): StepFact {
  const plan = program === undefined ? undefined : planOfStep(program, step.stepPath);
  return {
    stepId: step.stepId,
    stepPath: step.stepPath,
    iteration: step.iteration,
    execution: step.execution,
    ...present("type", step.type),
    status: step.status,
    attempt: step.attempt,
    startedAt: step.startedAt,
    ...present("nextAttemptAt", step.nextAttemptAt),
    ...present("error", step.error as Partial<RunError> | null),
    ...present("action", step.action ?? plan?.action ?? null),
    ...present("maxAttempts", plan?.maxAttempts ?? null),
    ...present("timeoutMs", plan?.timeoutMs ?? null),
    ...(plan?.isLocal === true ? { isLocal: true as const } : {}),
  };
}

async function waitFacts(
  db: TenantDb,
  run: RunRow,
  waits: readonly OpenWaitRow[],
  program: Program | undefined,
  paths: CorrelationPaths,
): Promise<WaitFact[]> {
  const has = (type: WaitType): boolean => waits.some(({ waitType }) => waitType === type);
  const tasks = has("human") ? await openTasksOf(db, run.id) : [];
  const failing = has("event") ? await failingDeliveriesOf(db, run.id) : [];
  const quota = has("quota") ? await quotaFact(db) : undefined;
  const facts: WaitFact[] = [];
  for (const wait of waits) {
    const waitType = wait.waitType as WaitType;
    const plan = program === undefined ? undefined : planOfStep(program, wait.stepPath)?.when;
    const task = tasks.find(({ waitId }) => waitId === wait.waitId);
    facts.push({
      waitId: wait.waitId,
      stepId: wait.stepId,
      stepPath: wait.stepPath,
      iteration: wait.iteration,
      execution: wait.execution,
      waitType,
      openedAt: wait.openedAt,
      ...present("timeoutAt", wait.timeoutAt),
      ...present("plan", plan ?? null),
      ...present("event", waitType === "event" ? await eventFact(db, run.id, wait, failing, paths) : null),
      ...present("task", task === undefined ? null : taskFact(task)),
      ...present("child", waitType === "child" && wait.key !== null ? { runId: wait.key } : null),
      ...present("quota", waitType === "quota" ? (quota ?? null) : null),
    });
  }
  return facts;
}

async function eventFact(
  db: TenantDb,
  runId: string,
  wait: OpenWaitRow,
  failing: readonly FailingDelivery[],
  paths: CorrelationPaths,
): Promise<EventWaitFact> {
  const name = wait.eventName ?? "";
  const key = wait.key ?? "";
  const filters = (wait.filters ?? []) as readonly WaitFilter[];
  const near = await eventFacts(db, { runId, name, key, filters, reachesFrom: wait.reachesFrom }, paths);
  return {
    name,
    key,
    filters,
    reachesFrom: wait.reachesFrom,
    ...near,
    failingDeliveries: failing
      .filter((delivery) => delivery.name === name && delivery.key === key)
      .map(({ eventId, attempts, reason, nextAt, since }) => ({
        eventId,
        attempts,
        reason: reason ?? "no reason is known",
        since,
        ...present("nextAt", nextAt),
      })),
  };
}

function taskFact(task: OpenTask): TaskFact {
  return {
    taskId: task.id,
    title: task.title,
    users: task.users,
    groups: task.groups,
    remindersSent: task.remindersSent,
    ...present("dueAt", task.dueAt),
    ...present("claimedBy", task.claimedBy),
    ...present("claimedAt", task.claimedAt),
    ...(task.refusedAt === null
      ? {}
      : {
          lastRefusal: {
            at: task.refusedAt,
            ...present("by", task.refusedBy),
            issues: (task.refusedFor ?? []) as { pointer: string; message: string }[],
          },
        }),
  };
}

async function quotaFact(db: TenantDb): Promise<QuotaFact> {
  const { steps, stepsPerMonth, resetsAt } = await stepUsage(db);
  return { used: steps, resumesAt: resetsAt, ...present("quota", stepsPerMonth) };
}

/** A member, or none where the row has null. */
function present<K extends string, V>(key: K, value: V | null): { readonly [P in K]?: V } {
  return (value === null ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
