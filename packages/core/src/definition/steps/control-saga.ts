import { z } from "zod";
import type { StepDefinition } from "../any-step.ts";
import { stepList } from "../step-list.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface SagaDefinition extends StepCommonDefinition {
  readonly type: "control.saga";
  readonly body: readonly StepDefinition[];
  readonly compensateTimeoutMs?: ValueDefinition;
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
      compensateTimeoutMs: value("number")
        .optional()
        .describe("For all the undoing together; 1 hour when left out. Computed, it is computed when the saga begins."),
    })
    .meta({
      id: "SagaStep",
      description: "Undoes the completed steps of its body, last first, when the body fails or is cancelled.",
    }),
});
