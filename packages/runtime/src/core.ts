// The worker-safe entry: names, types and pure parts only. Importing it registers nothing and starts nothing.
export {
  eventSignal,
  humanTaskSignal,
  quotaResumeSignal,
  runWorkflowType,
  taskQueue,
  workflowIdOf,
} from "@mainspring/core";
export type { StartInput } from "./activities/contract.ts";
export type { Bounds } from "./workflow/bounds.ts";
export { defaultBounds } from "./workflow/bounds.ts";
