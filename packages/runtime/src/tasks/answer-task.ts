import {
  answerTaskUpdate,
  canonicalHash,
  MainspringError,
  workflowIdOf,
  type Issue,
  type Json,
} from "@mainspring/core";
import { getRun, getTask, noteRefusedAnswer, runHasEnded, type Store, type TaskRow } from "@mainspring/store";
import { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, type Client } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { setTimeout as sleep } from "node:timers/promises";
import { needsReference, referenceOf } from "../activities/large-values.ts";
import { isNotFound, messageOf } from "../temporal/grpc.ts";
import { Crossing } from "../wire/crossing.ts";
import type { TaskAnswer, TaskReply } from "../workflow/task-answer.ts";

export interface AnswerRequest {
  readonly tenantId: string;
  readonly taskId: string;
  readonly answer: Json;
  /** Who answers. */
  readonly by: string;
  /** Left out: one made of task, person and answer, so that sending it again is no second answer. */
  readonly submissionId?: string;
  /** As an administrator, whom neither form nor claim binds. */
  readonly override?: boolean;
}

const updateWithinMs = 15_000;
/** The row of a task that the run has closed is written at about the same time. */
const rowTries = 10;
const rowRetryMs = 100;

/**
 * Gives a person's answer to the run that asked, and waits for what the run does with it. One's own accepted answer is accepted again.
 * @throws MainspringError TASK_NOT_FOUND, TASK_CLOSED, TASK_CLAIMED, ANSWER_INVALID (details.issues), UNAVAILABLE
 */
export async function answerTask(
  parts: { readonly store: Store; readonly client: Client },
  request: AnswerRequest,
): Promise<{ readonly status: "accepted" }> {
  const { tenantId, taskId, answer, by } = request;
  const { store } = parts;
  const row = await store.tenant(tenantId, (db) => getTask(db, taskId));
  if (row === undefined) throw new MainspringError("TASK_NOT_FOUND", { taskId });
  if (!isOpen(row)) return acceptedBefore(row, request);
  if (request.override !== true && row.claimedBy !== null && row.claimedBy !== by)
    throw new MainspringError("TASK_CLAIMED", { taskId, claimedBy: row.claimedBy });

  const submissionId = request.submissionId ?? canonicalHash(["answer", taskId, by, answer]).slice(0, 32);
  const reference = needsReference(answer) ? await store.tenant(tenantId, (db) => referenceOf(db, answer)) : undefined;
  const sent: TaskAnswer = {
    taskId,
    answer,
    by,
    submissionId,
    ...(request.override === true ? { override: true } : {}),
    ...(reference === undefined ? {} : { reference }),
  };
  const status = await updateOpenRun(parts, row, tenantId, sent).catch(async (error: unknown) => {
    if (error instanceof MainspringError && error.code === "ANSWER_INVALID")
      await store.tenant(tenantId, (db) => noteRefusedAnswer(db, taskId, { by, issues: issuesOf(error) }));
    throw error;
  });
  if (status === "accepted") return { status };
  if (status === "invalid")
    throw new MainspringError("ANSWER_INVALID", { taskId }, "the answer reached the run, and did not fit the form");
  return acceptedBefore(await closedRow(store, tenantId, taskId), request);
}

/** An execution that continues as new may end with the update unread: then it goes to the next one. */
async function updateOpenRun(
  { store, client }: { readonly store: Store; readonly client: Client },
  { runId }: TaskRow,
  tenantId: string,
  sent: TaskAnswer,
): Promise<TaskReply["status"]> {
  const deadlineMs = Date.now() + updateWithinMs;
  for (;;) {
    const status = await update(client, runId, tenantId, sent, deadlineMs);
    if (status !== "unread") return status;
    const [row, run] = await store.tenant(tenantId, async (db) => [
      await getTask(db, sent.taskId),
      await getRun(db, runId),
    ]);
    if (row === undefined || !isOpen(row) || run === undefined || runHasEnded(run.status)) return "closed";
    if (Date.now() > deadlineMs)
      throw new MainspringError("UNAVAILABLE", {}, "the run could not be reached; the same request again is safe");
    await sleep(rowRetryMs);
  }
}

/** @returns `unread`: the execution ended before it had read the update */
async function update(
  client: Client,
  runId: string,
  tenantId: string,
  sent: TaskAnswer,
  deadlineMs: number,
): Promise<TaskReply["status"] | "unread"> {
  // The submission, and what it says: another person's, or another answer, under the same id is another update.
  const { taskId, submissionId, by, answer, override } = sent;
  const updateId = `${taskId}/${submissionId}/${canonicalHash([by, answer, override === true]).slice(0, 16)}`;
  try {
    const reply = await client.withDeadline(deadlineMs, () =>
      client.workflow
        .getHandle(workflowIdOf(runId))
        .executeUpdate<TaskReply, [unknown]>(answerTaskUpdate, { updateId, args: [new Crossing(tenantId, sent)] }),
    );
    return reply.status;
  } catch (error) {
    if (isNotFound(error)) return "unread";
    if (error instanceof WorkflowUpdateFailedError) return refused(error.cause);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
      throw new MainspringError("UNAVAILABLE", {}, "the run has not answered in time; the same request again is safe");
    throw new MainspringError("UNAVAILABLE", {}, `Temporal did not take the answer: ${messageOf(error)}`);
  }
}

/** @throws MainspringError ANSWER_INVALID */
function refused(cause: Error | undefined): "closed" | "unread" {
  if (!(cause instanceof ApplicationFailure)) return "unread";
  if (cause.type === "TASK_CLOSED") return "closed";
  // Temporal's own words of an execution that ended meanwhile.
  if (cause.type !== "ANSWER_INVALID") return "unread";
  const found = (cause.details?.[0] ?? {}) as { readonly issues?: readonly Issue[] };
  const issues = (found.issues ?? []).map((issue) => ({ ...issue, pointer: `/answer${issue.pointer}` }));
  throw new MainspringError(
    "ANSWER_INVALID",
    { issues: issues as unknown as Json },
    "the answer does not fit the form",
  );
}

function issuesOf(error: MainspringError): readonly Issue[] {
  return (error.details["issues"] ?? []) as unknown as readonly Issue[];
}

/** @throws MainspringError TASK_CLOSED unless what closed the task is this very answer */
function acceptedBefore(row: TaskRow | undefined, { by, answer }: AnswerRequest): { readonly status: "accepted" } {
  const same =
    row?.status === "COMPLETED" && row.answeredBy === by && canonicalHash(row.answer as Json) === canonicalHash(answer);
  if (!same) throw new MainspringError("TASK_CLOSED", { status: row?.status ?? "CANCELED" });
  return { status: "accepted" };
}

async function closedRow(store: Store, tenantId: string, taskId: string): Promise<TaskRow | undefined> {
  for (let tries = 1; ; tries++) {
    const row = await store.tenant(tenantId, (db) => getTask(db, taskId));
    if (row === undefined || !isOpen(row) || tries === rowTries) return row;
    await sleep(rowRetryMs);
  }
}

function isOpen({ status }: TaskRow): boolean {
  return status === "OPEN" || status === "CLAIMED";
}
