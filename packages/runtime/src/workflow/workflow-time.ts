import { workflowInfo } from "@temporalio/workflow";
import type { Moment } from "./clock.ts";

/** This activation as the sandbox has it. The sandbox replaces Date: it stands still within an activation. */
export function momentNow(): Moment {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return { atMs: Date.now(), historyLength, continueAsNewSuggested };
}
