import { workflowIdOf } from "@mainspring/core";
import { getRun, voidChild, type Store } from "@mainspring/store";
import type { Client } from "@temporalio/client";
import { isNotFound } from "../temporal/grpc.ts";
import { confirmRun } from "./confirm.ts";

const describeWithinMs = 5_000;

/**
 * A child that was opened and not started is its parent's to start. Where the parent is gone nobody will: the child ends CANCELED.
 * @returns whether it was ended
 */
export async function endOrphan(
  parts: { readonly store: Store; readonly client: Client },
  { tenantId, runId }: { readonly tenantId: string; readonly runId: string },
): Promise<boolean> {
  const child = await parts.store.tenant(tenantId, (db) => getRun(db, runId));
  if (child?.status !== "QUEUED" || child.parentRunId === null) return false;
  const { parentRunId } = child;
  const parent = await parts.store.tenant(tenantId, (db) => getRun(db, parentRunId));
  if (parent !== undefined && (await confirmRun(parts, { tenantId, runId: parentRunId })) !== "confirmed") return false;
  // Asked last: the parent may have started it just before it ended.
  if (await hasExecution(parts.client, runId)) return false;
  return parts.store.tenant(tenantId, (db) => voidChild(db, runId));
}

async function hasExecution(client: Client, runId: string): Promise<boolean> {
  try {
    const handle = client.workflow.getHandle(workflowIdOf(runId));
    await client.withDeadline(Date.now() + describeWithinMs, () => handle.describe());
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
