import { MainspringError, workflowIdOf } from "@mainspring/core";
import { getRun, markCancelRequested, runHasEnded, voidQueuedStart, type RunRow } from "@mainspring/store";
import { confirmRun } from "../reconciler/confirm.ts";
import { isNotFound, messageOf } from "../temporal/grpc.ts";
import type { LauncherParts } from "./launch.ts";

export interface CancelAnswer {
  readonly id: string;
  readonly status: string;
  readonly cancelRequestedAt: string;
}

export interface CancelRequest {
  readonly tenantId: string;
  readonly runId: string;
  readonly by: string;
  readonly reason?: string;
}

const voidTriesMax = 2;
const cancelWithinMs = 5_000;

/**
 * Asks Temporal first; only when it has accepted is the request noted on the row. The run itself then writes CANCELED.
 * An end that the run wrote itself refuses nothing until its execution is seen closed: the task that wrote it may run again, and be cancelled.
 * @throws MainspringError RUN_NOT_FOUND, RUN_ALREADY_ENDED, WORKFLOW_TEMPORAL_CANCEL_FAILED (nothing is changed)
 */
export async function cancelRun(parts: LauncherParts, request: CancelRequest): Promise<CancelAnswer> {
  const { tenantId, runId, by } = request;
  const run = await parts.store.tenant(tenantId, (db) => getRun(db, runId));
  if (run === undefined) throw new MainspringError("RUN_NOT_FOUND", { runId });
  if (runHasEnded(run.status) && (await hasClosed(parts, request))) throw await alreadyEnded(parts, request);
  if (run.cancelRequestedAt !== null && run.cancelRequestedAt !== undefined)
    return { id: runId, status: run.status, cancelRequestedAt: run.cancelRequestedAt };
  const voided =
    (run.status === "QUEUED" ? await voidStart(parts, request, { onlyHeld: true }) : undefined) ??
    (await ask(parts, request, run));
  if (voided !== undefined) return voided;
  const acceptedAt = new Date();
  const marked = await parts.store.tenant(tenantId, (db) => markCancelRequested(db, runId, by, acceptedAt));
  if (marked !== "ended" && marked !== undefined)
    return { id: runId, status: run.status, cancelRequestedAt: marked.cancelRequestedAt };
  // A run with little to undo has ended before the request could be noted: what was accepted is answered as accepted.
  const ended = await parts.store.tenant(tenantId, (db) => getRun(db, runId));
  if (ended?.status === "CANCELED")
    return {
      id: runId,
      status: ended.status,
      cancelRequestedAt: ended.cancelRequestedAt ?? acceptedAt.toISOString(),
    };
  throw await alreadyEnded(parts, request);
}

/** Whether the run's execution is closed; its row is confirmed then. */
async function hasClosed(parts: LauncherParts, { tenantId, runId }: CancelRequest): Promise<boolean> {
  try {
    return (await confirmRun(parts, { tenantId, runId })) === "confirmed";
  } catch (error) {
    throw new MainspringError("WORKFLOW_TEMPORAL_CANCEL_FAILED", { runId, reason: messageOf(error) });
  }
}

async function alreadyEnded(parts: LauncherParts, { tenantId, runId }: CancelRequest): Promise<MainspringError> {
  const run = await parts.store.tenant(tenantId, (db) => getRun(db, runId));
  return new MainspringError("RUN_ALREADY_ENDED", {
    runId,
    ...(run === undefined ? {} : { status: run.status }),
  });
}

/** @returns the answer when the run was QUEUED and Temporal does not know it; undefined: Temporal has accepted */
async function ask(parts: LauncherParts, request: CancelRequest, run: RunRow): Promise<CancelAnswer | undefined> {
  const { runId } = request;
  for (let tries = 1; ; tries++) {
    try {
      await parts.client.withDeadline(Date.now() + cancelWithinMs, () =>
        parts.client.workflow.getHandle(workflowIdOf(runId)).cancel(),
      );
      return undefined;
    } catch (error) {
      if (isNotFound(error) && run.status === "QUEUED" && tries <= voidTriesMax) {
        const voided = await voidStart(parts, request);
        if (voided !== undefined) return voided;
        continue; // a relay has just started it: Temporal knows it now
      }
      // It has ended since its row was read.
      if (isNotFound(error) && run.status !== "QUEUED" && (await hasClosed(parts, request)))
        throw await alreadyEnded(parts, request);
      throw new MainspringError("WORKFLOW_TEMPORAL_CANCEL_FAILED", { runId, reason: messageOf(error) });
    }
  }
}

/** Of a start that is held Temporal knows nothing. @returns undefined when it is, or was, on its way there */
async function voidStart(
  parts: LauncherParts,
  { tenantId, runId, by, reason }: CancelRequest,
  options: { readonly onlyHeld?: true } = {},
): Promise<CancelAnswer | undefined> {
  const run = await parts.store.tenant(tenantId, async (db) =>
    (await voidQueuedStart(db, runId, by, reason, options)) ? getRun(db, runId) : undefined,
  );
  return run === undefined
    ? undefined
    : { id: runId, status: run.status, cancelRequestedAt: run.cancelRequestedAt ?? run.updatedAt };
}
