import type { InvocationReply, RunReply, RunSummary as RunSummaryReply, StepReply, WaitReply } from "@mainspring/api";
import { explainCode, isJsonObject, shortWhy } from "@mainspring/core";
import type { Json, ShortFacts } from "@mainspring/core";
import { historyEventsMax } from "@mainspring/core/compile";
import type {
  Descendant,
  InvocationRow,
  OpenWait,
  RunDescendants,
  RunDetail,
  RunRow,
  RunSummary,
  SnapshotRow,
  StepRow,
  WaitRow,
} from "@mainspring/store";

type RunErrorReply = NonNullable<RunReply["error"]>;

/** @param descendants runs that were made from this one */
export function presentRun(row: RunRow, descendants: RunDescendants, detail: RunDetail): RunReply {
  return {
    ...common(row),
    input: asJson(row.input),
    output: asJson(row.output),
    trigger: asJson(row.triggerMetadata),
    definitionHash: row.definitionHash,
    programHash: row.programHash,
    semantics: row.semantics,
    temporalWorkflowId: row.temporalWorkflowId,
    temporalRunId: row.temporalRunId,
    steps: row.stepCount,
    history: row.engine === "temporal" ? { events: detail.historyEvents, max: historyEventsMax } : null,
    cancelRequestedBy: row.cancelRequestedBy,
    cancelReason: detail.cancelReason ?? reasonIn(row.error),
    journalSeq: row.journalSeq,
    asOf: new Date().toISOString(),
    replays: descendants.replays.map(presentDescendant),
    restarts: descendants.restarts.map(presentDescendant),
    children: descendants.children.map(presentDescendant),
  };
}

function presentDescendant(one: Descendant): RunReply["replays"][number] {
  return { ...one, status: one.status as RunReply["status"] };
}

/** @param openWaits of this run */
export function presentRunSummary(row: RunSummary, openWaits: readonly OpenWait[]): RunSummaryReply {
  const why = whyOf(row, openWaits);
  return { ...common(row), ...(why === undefined ? {} : { why }) };
}

function common(row: RunSummary): Omit<RunSummaryReply, "why"> {
  return {
    id: row.id,
    workflow: row.workflowKey,
    version: row.version,
    status: row.status as RunReply["status"],
    state: asJson(row.state),
    error: withCanceller(presentError(row.error), row.cancelRequestedBy),
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    completedAt: row.completedAt,
    queuedReason: row.status === "QUEUED" ? row.queuedReason : null,
    cancelRequestedAt: row.cancelRequestedAt,
    confirmedAt: row.confirmedAt,
    parentRunId: row.parentRunId,
    rootRunId: row.rootRunId,
    replayOfRunId: row.replayOfRunId,
    restartedFrom: asJson(row.restartedFrom),
    startedBy: row.startedBy,
    engine: row.engine,
  };
}

/** What the rows know of why a run stands where it stands. */
function whyOf(row: RunSummary, openWaits: readonly OpenWait[]): RunSummaryReply["why"] {
  return shortWhy({
    now: new Date().toISOString(),
    status: row.status,
    createdAt: row.createdAt,
    waits: openWaits.map(({ stepId, waitType, eventName, key, timeoutAt }) => ({
      stepId,
      waitType,
      ...(eventName === null ? {} : { eventName }),
      ...(key === null ? {} : { key }),
      ...(timeoutAt === null ? {} : { timeoutAt }),
    })),
    ...(row.queuedReason === null ? {} : { queuedReason: row.queuedReason }),
    ...(isJsonObject(row.error) ? { error: row.error as ShortFacts["error"] & object } : {}),
  });
}

export function presentStep(row: StepRow): StepReply {
  return {
    stepId: row.stepId,
    stepPath: row.stepPath,
    iteration: [...row.iteration],
    execution: row.execution,
    type: row.type,
    attempt: row.attempt,
    status: row.status as StepReply["status"],
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    input: asJson(row.input),
    output: asJson(row.output),
    error: presentError(row.error),
    nextAttemptAt: row.nextAttemptAt,
  };
}

export function presentWait(row: WaitRow): WaitReply {
  return {
    waitId: row.waitId,
    waitType: row.waitType,
    stepId: row.stepId,
    stepPath: row.stepPath,
    iteration: [...row.iteration],
    eventName: row.eventName,
    key: row.key,
    filters: asJson(row.filters),
    status: row.status as WaitReply["status"],
    openedAt: row.openedAt,
    timeoutAt: row.timeoutAt,
    resolvedAt: row.resolvedAt,
    resolvedBy: row.resolvedBy,
    eventId: row.eventId,
    payload: asJson(row.payload),
  };
}

export function presentInvocation(row: InvocationRow): InvocationReply {
  return {
    id: row.id,
    key: row.key,
    stepId: row.stepId,
    stepPath: row.stepPath,
    iteration: [...row.iteration],
    execution: row.execution,
    action: row.action,
    effect: row.effect,
    status: row.status as InvocationReply["status"],
    attempts: row.attempts,
    input: asJson(row.input),
    output: asJson(row.output),
    error: asJson(row.error),
    late: asJson(row.late),
    reusedFrom: row.reusedFrom,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
  };
}

export function presentSnapshot(row: SnapshotRow): { id: string; at: string; nodePath: string | null; state: Json } {
  return { id: row.id, at: row.createdAt, nodePath: row.nodePath, state: row.snapshot };
}

/** The run itself knows only that Temporal told it to stop; the row knows who asked Temporal. */
function withCanceller(error: RunErrorReply | null, by: string | null): RunErrorReply | null {
  if (error === null || by === null || error.code !== "CANCELED") return error;
  return { ...error, details: { ...(isJsonObject(error.details) ? error.details : {}), by } };
}

/** A run that was cancelled before it began says why itself. */
function reasonIn(error: unknown): string | null {
  const details = isJsonObject(error) && error["code"] === "CANCELED" ? error["details"] : undefined;
  const reason = details !== undefined && isJsonObject(details) ? details["reason"] : undefined;
  return typeof reason === "string" && reason !== "" ? reason : null;
}

/** With the catalogue's remedy, where the code is one of ours. */
function presentError(error: unknown): RunErrorReply | null {
  if (!isJsonObject(error)) return null;
  const { code, message } = error;
  const known = typeof code === "string" ? explainCode(code) : undefined;
  return {
    ...error,
    code: typeof code === "string" ? code : "UNKNOWN",
    message: typeof message === "string" ? message : "",
    ...(known === undefined ? {} : { remedy: known.remedy }),
  } as RunErrorReply;
}

function asJson(value: unknown): Json {
  return (value ?? null) as Json;
}
