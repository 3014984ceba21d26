import { MainspringError, workflowIdOf, type Json } from "@mainspring/core";
import { allInvocationsOf, deleteRun } from "@mainspring/store";
import { idempotencyKey } from "../activities/idempotency-key.ts";
import type { LauncherParts } from "./launch.ts";

/** Rows first: what Temporal keeps of an ended run ends with its retention in any case. */
export async function deleteEndedRun(parts: LauncherParts, tenantId: string, runId: string): Promise<void> {
  await parts.store.tenant(tenantId, async (db) => {
    const authoredKeys = (await allInvocationsOf(db, runId))
      .filter(({ action, stepId, stepPath, iteration, execution, input, effect, key }) => {
        const place = { stepId, stepPath, iteration, execution };
        return effect !== "none" && key !== idempotencyKey(tenantId, runId, { action, place, input: input as Json });
      })
      .map(({ key }) => key);
    if (!(await deleteRun(db, { id: runId, authoredKeys }))) throw new MainspringError("RUN_NOT_FOUND", { runId });
  });
  await parts.client.workflowService
    .deleteWorkflowExecution({
      namespace: parts.client.options.namespace,
      workflowExecution: { workflowId: workflowIdOf(runId) },
    })
    .catch(() => undefined);
}
