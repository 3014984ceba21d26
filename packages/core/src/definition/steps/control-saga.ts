import { z } from "zod";
import type { StepDefinition } from "../any-step.ts";
import { stepList } from "../step-list.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";

export interface SagaDefinition extends StepCommonDefinition {
  readonly type: "control.saga";
  readonly body: readonly StepDefinition[];
  readonly compensateTimeoutMs?: number;
}

export const controlSaga = defineStep({
  type: "control.saga",
  since: 2,
  blocks: [{ key: "body" }],
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("control.saga"),
      body: stepList(),
      compensateTimeoutMs: z.int().min(1).optional().describe("For all the undoing together; 1 hour when left out."),
    })
    .meta({
      id: "SagaStep",
      description: "Undoes the completed steps of its body, last first, when the body fails or is cancelled.",
    }),
});
