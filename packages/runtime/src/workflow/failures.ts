import type { ActionError } from "@mainspring/core";
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from "@temporalio/workflow";
import type { OpenedHead } from "../activities/contract.ts";
import { Crossing } from "../wire/crossing.ts";

/** What a failed call tells the interpreter; undefined when the interpreter itself cancelled it. */
export function failedCall(failure: unknown): ActionError | undefined {
  if (failure instanceof CancelledFailure) return undefined;
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  if (cause instanceof CancelledFailure) return undefined;
  if (cause instanceof ApplicationFailure) {
    const reported = cause.details?.[0] as ActionError | undefined;
    if (reported !== undefined && typeof reported.category === "string") return reported;
    return { category: "ActionError", code: "ACTION_FAILED", message: cause.message, attempt: 1 };
  }
  if (cause instanceof TimeoutFailure)
    return { category: "ActionError", code: "WORKER_LOST", message: "The worker of this call was lost", attempt: 1 };
  return {
    category: "ActionError",
    code: "ACTION_FAILED",
    message: failure instanceof Error ? failure.message : "The call failed",
    attempt: 1,
  };
}

/** A run whose pinned definition is missing or altered ends at once, with nothing executed. */
export function openingFailure(tenantId: string, head: Extract<OpenedHead, { opened: false }>): ApplicationFailure {
  return ApplicationFailure.create({
    type: head.category,
    message: head.message,
    nonRetryable: true,
    details: [new Crossing(tenantId, { category: head.category, code: head.code, message: head.message })],
  });
}
