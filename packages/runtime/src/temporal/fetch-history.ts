import type { Client } from "@temporalio/client";
import type { temporal } from "@temporalio/proto";

/** A history has 50 MiB at most. */
const withinMs = 30_000;

/** All events of one execution. @throws what `isNotFound` knows when Temporal keeps it no longer, what `isAway` knows after 30 s */
export function fetchHistory(
  client: Client,
  workflowId: string,
  temporalRunId: string,
): Promise<temporal.api.history.v1.IHistory> {
  return client.withDeadline(Date.now() + withinMs, () =>
    client.workflow.getHandle(workflowId, temporalRunId).fetchHistory(),
  );
}
