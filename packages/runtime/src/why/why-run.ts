import { explainRun, lateAfterMs, linesOf, MainspringError, summaryQuery, workflowIdOf } from "@mainspring/core";
import type { ChildFact, ExecutionFact, LinesFact, RunFacts, RunWhy } from "@mainspring/core";
import { answerableRun, type Store } from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { CorrelationPaths } from "../ingestion/correlation.ts";
import { stateAt } from "../rebuild/state-at.ts";
import { sideBySide } from "../side-by-side.ts";
import { timedOut } from "../temporal/grpc.ts";
import { executionFacts, queueFacts } from "./temporal-facts.ts";
import { rowFacts } from "./row-facts.ts";

export interface WhyParts {
  readonly store: Store;
  readonly client: Client;
  /** Where keys of events are looked for. */
  readonly correlationPaths: CorrelationPaths;
}

/** Children are followed so far down. */
const childDepthMax = 8;
/** Of so many open children it is asked what they wait for: each is some questions to Temporal. Of a child's own children one is asked. */
const childrenAsked = 20;
const childrenAtOnce = 4;
const queryWithinMs = 1_500;
const flushActivities: readonly string[] = ["flush", "openWaits", "openTasks"];
const joining: readonly string[] = ["control.parallel", "control.forEach", "control.saga", "control.tryCatch"];

/**
 * Why a run stands where it stands, as far as its rows, its execution, its queue and the inbox show it at this moment.
 * @throws MainspringError RUN_NOT_FOUND
 */
export async function whyRun(
  parts: WhyParts,
  request: { readonly tenantId: string; readonly runId: string },
  depth = 0,
): Promise<RunWhy> {
  const { tenantId, runId } = request;
  const rows = await parts.store.tenant(tenantId, (db) => rowFacts(db, runId, parts.correlationPaths));
  if (rows === undefined) throw new MainspringError("RUN_NOT_FOUND");
  return explainRun(await completed(parts, request, rows, depth));
}

async function completed(
  parts: WhyParts,
  { tenantId }: { readonly tenantId: string },
  read: RunFacts,
  depth: number,
): Promise<RunFacts> {
  let rows = read;
  const { run } = rows;
  const isOwed = run.status === "QUEUED" && rows.start !== undefined;
  if (run.completedAt !== undefined || isOwed || run.isLegacy === true) return rows;
  const answer = await executionFacts(parts.client, run.id);
  if (answer.result === "unreachable")
    return { ...rows, unreachable: answer.reason, ...(await lines(parts, tenantId, rows)) };
  const { execution } = answer;
  if (tellsLess(rows, execution)) {
    const { correlationPaths } = parts;
    rows = (await parts.store.tenant(tenantId, (db) => rowFacts(db, run.id, correlationPaths))) ?? rows;
    if (rows.run.completedAt !== undefined) return rows;
  }
  const due = execution.status === "RUNNING" ? late(rows, execution) : "nothing";
  const queues = due === "nothing" ? undefined : await queueFacts(parts.client);
  // A busy worker asks for no actions, and still answers.
  const answered = due === "action" ? await query(parts.client, run.id) : undefined;
  // One that is held took its task and answers nothing. The run itself cannot be queried then: another one is.
  const isSilent = due === "answer" && (await nobodyAnswers(parts, tenantId));
  const lag = execution.status === "RUNNING" ? await lagOf(parts.client, rows, execution) : undefined;
  return {
    ...rows,
    execution,
    ...(queues === undefined ? {} : { queues }),
    ...(typeof answered === "object" ? { answeredInMs: answered.ms } : {}),
    ...(isSilent ? { unansweredMs: queryWithinMs } : {}),
    ...(lag === undefined ? {} : { lag }),
    ...(await lines(parts, tenantId, rows, execution.cancelRequested)),
    waits: await withChildren(parts, tenantId, rows, depth),
  };
}

/** Temporal, asked later, knows of a try that failed, and the rows did not yet: with which code stands there alone. */
function tellsLess({ steps }: RunFacts, { activities }: ExecutionFact): boolean {
  const hasFailed = activities.some(({ isStarted, lastFailure }) => !isStarted && lastFailure?.kind === "error");
  return hasFailed && !steps.some(({ status }) => status === "RETRYING");
}

/** What is due for longer than it takes where somebody polls and answers. */
function late(
  { now }: RunFacts,
  { workflowTask, activities }: ExecutionFact,
): "nothing" | "workflow task" | "answer" | "action" {
  const nowMs = Date.parse(now);
  const isLate = (at: string | undefined): boolean => at !== undefined && nowMs - Date.parse(at) > lateAfterMs;
  if (workflowTask !== undefined && !workflowTask.isStarted && isLate(workflowTask.scheduledAt)) return "workflow task";
  if (workflowTask?.isStarted === true && isLate(workflowTask.startedAt)) return "answer";
  return activities.some(({ isStarted, dueAt }) => !isStarted && isLate(dueAt)) ? "action" : "nothing";
}

interface Answered {
  readonly ms: number;
  readonly nextSeq: number | undefined;
}

/** @returns "silent": no worker answered in time; undefined: it could not be asked */
async function query(client: Client, runId: string): Promise<Answered | "silent" | undefined> {
  const begunAt = performance.now();
  try {
    const summary = await client.withDeadline(Date.now() + queryWithinMs, () =>
      client.workflow.getHandle(workflowIdOf(runId)).query<{ readonly nextSeq: number } | null>(summaryQuery),
    );
    return { ms: Math.round(performance.now() - begunAt), nextSeq: summary?.nextSeq };
  } catch (error) {
    return timedOut(error) ? "silent" : undefined;
  }
}

async function nobodyAnswers(parts: WhyParts, tenantId: string): Promise<boolean> {
  const runId = await parts.store.tenant(tenantId, (db) => answerableRun(db));
  return runId !== undefined && (await query(parts.client, runId)) === "silent";
}

/** How far the rows are behind, where Temporal knows of writes that fail. */
async function lagOf(client: Client, { run }: RunFacts, { activities }: ExecutionFact): Promise<RunFacts["lag"]> {
  const flushing = activities.filter(({ name }) => flushActivities.includes(name));
  const [first] = flushing;
  if (first === undefined) return undefined;
  const answered = await query(client, run.id);
  const nextSeq = typeof answered === "object" ? answered.nextSeq : undefined;
  const entries = nextSeq === undefined ? undefined : nextSeq - 1 - run.journalSeq;
  const error = flushing.map(({ lastFailure }) => lastFailure?.message).find((message) => message !== undefined);
  const nextAt = flushing.map(({ dueAt }) => dueAt).find((at) => at !== undefined);
  return {
    ...(entries === undefined ? {} : { entries }),
    ...(error === undefined ? {} : { error }),
    ...(nextAt === undefined ? {} : { nextAt }),
  };
}

/** How the run's lines of control hang together; read from its recomputed state, and only where there can be several. */
async function lines(
  parts: WhyParts,
  tenantId: string,
  rows: RunFacts,
  cancelRequested?: true,
): Promise<{ readonly lines?: LinesFact }> {
  const { run, steps } = rows;
  const isNeeded =
    cancelRequested === true ||
    run.cancelRequestedAt !== undefined ||
    steps.some(({ type }) => type !== undefined && joining.includes(type));
  if (!isNeeded || run.journalSeq === 0) return {};
  try {
    return { lines: linesOf(await stateAt(parts.store, { tenantId, runId: run.id })) };
  } catch {
    // Rows that lag have holes: then nothing is known of how things hang together.
    return {};
  }
}

async function withChildren(
  parts: WhyParts,
  tenantId: string,
  { waits }: RunFacts,
  depth: number,
): Promise<RunFacts["waits"]> {
  if (depth >= childDepthMax) return waits;
  const children = waits.flatMap(({ child }) => child ?? []).slice(0, depth === 0 ? childrenAsked : 1);
  const asked = await sideBySide(children, childrenAtOnce, (child) => childFact(parts, tenantId, child, depth + 1));
  const told = new Map(asked.map((child) => [child.runId, child]));
  return waits.map((wait) => {
    const child = told.get(wait.child?.runId ?? "");
    return child === undefined ? wait : { ...wait, child };
  });
}

async function childFact(parts: WhyParts, tenantId: string, child: ChildFact, depth: number): Promise<ChildFact> {
  try {
    const { cause, sentence } = await whyRun(parts, { tenantId, runId: child.runId }, depth);
    return { ...child, why: { cause, sentence } };
  } catch {
    return child;
  }
}
