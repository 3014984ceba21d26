import { runWorkflowType, taskQueue, workflowIdOf } from "@mainspring/core";
import { WorkflowExecutionAlreadyStartedError, type Client } from "@temporalio/client";
import type { StartInput } from "../activities/contract.ts";
import { messageOf, refusedForGood } from "../temporal/grpc.ts";
import { searchAttributes } from "../temporal/search-attributes.ts";
import { Crossing } from "../wire/crossing.ts";

export type StartResult =
  /** Also when it had been started before: by a try whose answer was lost. */
  | { readonly result: "started"; readonly temporalRunId: string }
  | { readonly result: "refused"; readonly grpcCode: number; readonly message: string }
  | { readonly result: "unreachable"; readonly message: string };

/** Hands a run to Temporal. The one place where an authored run's workflow is started from outside. */
export async function startRun(
  client: Client,
  input: StartInput,
  options: {
    readonly withinMs: number;
    readonly workflowTaskTimeoutMs?: number;
    /** The key of its workflow. */
    readonly workflow: string;
  },
): Promise<StartResult> {
  const workflowId = workflowIdOf(input.runId);
  try {
    return await client.withDeadline(Date.now() + options.withinMs, async () => {
      try {
        const handle = await client.workflow.start(runWorkflowType, {
          taskQueue,
          workflowId,
          args: [new Crossing(input.tenantId, input)],
          workflowIdReusePolicy: "REJECT_DUPLICATE",
          workflowIdConflictPolicy: "FAIL",
          priority: { fairnessKey: input.tenantId },
          ...(await searchAttributes(client, { tenantId: input.tenantId, workflow: options.workflow })),
          ...(options.workflowTaskTimeoutMs === undefined
            ? {}
            : { workflowTaskTimeout: options.workflowTaskTimeoutMs }),
        });
        return { result: "started", temporalRunId: handle.firstExecutionRunId };
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        const described = await client.workflow.getHandle(workflowId).describe();
        return { result: "started", temporalRunId: described.raw.workflowExecutionInfo?.firstRunId || described.runId };
      }
    });
  } catch (error) {
    const grpcCode = refusedForGood(error);
    if (grpcCode !== undefined) return { result: "refused", grpcCode, message: messageOf(error) };
    return { result: "unreachable", message: messageOf(error) };
  }
}
