import { instantFromMs, workflowIdOf, type Json } from "@mainspring/core";
import {
  allInvocationsOf,
  confirmEnd,
  endedOutside,
  getRun,
  type LastTask,
  type Store,
  type TenantDb,
} from "@mainspring/store";
import type { Client } from "@temporalio/client";
import { fetchHistory } from "../temporal/fetch-history.ts";
import { isNotFound } from "../temporal/grpc.ts";

const describeWithinMs = 5_000;

/**
 * Compares a run's row with its execution. An end that the run wrote itself is provisional until its execution is seen closed; an execution that
 * was closed from outside (terminated, timed out, gone) ends the row as `ENDED_OUTSIDE`.
 * @returns "open" while the execution goes on, whatever the row says: a task that runs again may reopen it
 */
export async function confirmRun(
  parts: { readonly store: Store; readonly client: Client },
  request: { readonly tenantId: string; readonly runId: string },
): Promise<"confirmed" | "open"> {
  const { tenantId, runId } = request;
  const run = await parts.store.tenant(tenantId, (db) => getRun(db, runId));
  if (run === undefined || run.status === "QUEUED") return "open";
  if (run.confirmedAt !== null && run.confirmedAt !== undefined) return "confirmed";
  const execution = await describe(parts.client, runId);
  if (execution.status === "RUNNING") return "open";
  await parts.store.tenant(tenantId, async (db) => {
    // Read again: what a run writes of its own end it writes before its execution closes, and that may have been while we asked.
    const status = (await getRun(db, runId))?.status;
    const ended = status === "SUCCEEDED" || status === "FAILED" || status === "CANCELED";
    if (ended && execution.status !== "TERMINATED" && execution.status !== "TIMED_OUT") {
      await confirmEnd(db, runId, new Date());
      return;
    }
    if (ended && execution.status === "TERMINATED") {
      await confirmEnd(db, runId, new Date(), { cutOff: true }); // it had ended itself before its last task could say so
      return;
    }
    const at = execution.closedAt ?? new Date();
    const remains = await effectsUnderWay(db, runId);
    const error: Json = {
      category: "ActionError",
      code: "ENDED_OUTSIDE",
      message: `The execution ended outside of its run: ${execution.status}${execution.reason === undefined ? "" : ` (${execution.reason})`}`,
      at: instantFromMs(at.getTime()),
      details: {
        how: execution.status,
        ...(execution.reason === undefined ? {} : { reason: execution.reason }),
        ...(execution.by === undefined ? {} : { by: execution.by }),
        ...(remains.length === 0 ? {} : { effectsMayRemain: remains }),
      },
    };
    const { lastTask } = execution;
    await endedOutside(db, runId, {
      status: execution.status === "CANCELLED" ? "CANCELED" : "FAILED",
      error,
      at,
      ...(lastTask === undefined ? {} : { lastTask }),
    });
  });
  return "confirmed";
}

/** Steps whose calls were under way when the execution ended: what they do, or did, nobody will hear of. */
async function effectsUnderWay(db: TenantDb, runId: string): Promise<Json[]> {
  const invocations = await allInvocationsOf(db, runId);
  return invocations
    .filter(({ effect, status }) => effect !== "none" && (status === "STARTED" || status === "UNKNOWN"))
    .map(({ stepPath, iteration }) => ({ stepPath, iteration: [...iteration] }));
}

interface Execution {
  readonly status: string;
  readonly closedAt?: Date;
  readonly reason?: string;
  readonly by?: string;
  readonly lastTask?: LastTask;
}

async function describe(client: Client, runId: string): Promise<Execution> {
  const handle = client.workflow.getHandle(workflowIdOf(runId));
  try {
    const described = await client.withDeadline(Date.now() + describeWithinMs, () => handle.describe());
    const status = described.status.name;
    if (status !== "TERMINATED" && status !== "TIMED_OUT")
      return {
        status: status === "CONTINUED_AS_NEW" ? "RUNNING" : status,
        ...(described.closeTime === undefined ? {} : { closedAt: described.closeTime }),
      };
    const { runId: temporalRunId } = described;
    const { events } = await fetchHistory(client, workflowIdOf(runId), temporalRunId);
    const last = events?.at(-1)?.workflowExecutionTerminatedEventAttributes;
    const completed = events?.findLast((event) => event.workflowTaskCompletedEventAttributes);
    return {
      status,
      lastTask: {
        temporalRunId,
        historyLength: Number(completed?.workflowTaskCompletedEventAttributes?.startedEventId ?? 0),
      },
      ...(described.closeTime === undefined ? {} : { closedAt: described.closeTime }),
      ...(last?.reason ? { reason: last.reason } : {}),
      ...(last?.identity ? { by: last.identity } : {}),
    };
  } catch (error) {
    if (isNotFound(error)) return { status: "NOT_FOUND" };
    throw error;
  }
}
