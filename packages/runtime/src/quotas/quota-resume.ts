import { MainspringError, quotaResumeSignal, workflowIdOf } from "@mainspring/core";
import { getRun } from "@mainspring/store";
import type { LauncherParts } from "../launcher/launch.ts";
import { isNotFound, messageOf } from "../temporal/grpc.ts";
import { Crossing } from "../wire/crossing.ts";

const signalWithinMs = 5_000;

/**
 * Lets a paused run go on, whatever the tenant has used: from now on this run is not asked.
 * @throws MainspringError RUN_NOT_FOUND, RUN_NOT_PAUSED, WORKFLOW_TEMPORAL_SIGNAL_FAILED (nothing is changed)
 */
export async function resumeDespiteQuota(
  parts: Pick<LauncherParts, "store" | "client">,
  request: { readonly tenantId: string; readonly runId: string; readonly by: string },
): Promise<{ readonly id: string; readonly status: string }> {
  const { tenantId, runId, by } = request;
  const run = await parts.store.tenant(tenantId, (db) => getRun(db, runId));
  if (run === undefined) throw new MainspringError("RUN_NOT_FOUND", { runId });
  if (run.status !== "PAUSED") throw new MainspringError("RUN_NOT_PAUSED", { runId, status: run.status });
  try {
    await signalQuotaRelease(parts, { tenantId, runId, by, waive: true });
  } catch (error) {
    if (isNotFound(error)) throw new MainspringError("RUN_NOT_PAUSED", { runId, reason: "it has ended" });
    throw new MainspringError("WORKFLOW_TEMPORAL_SIGNAL_FAILED", { runId, reason: messageOf(error) });
  }
  return { id: runId, status: run.status };
}

/** The one way in which a pause ends. @param release.waive the run is not asked again */
export async function signalQuotaRelease(
  { client }: Pick<LauncherParts, "client">,
  release: { readonly tenantId: string; readonly runId: string; readonly by: string; readonly waive: boolean },
): Promise<void> {
  const { tenantId, runId, by, waive } = release;
  await client.withDeadline(Date.now() + signalWithinMs, () =>
    client.workflow.getHandle(workflowIdOf(runId)).signal(quotaResumeSignal, new Crossing(tenantId, { by, waive })),
  );
}
