import { z } from "zod";
import type { AssignDefinition } from "../fields.ts";
import { assign } from "../fields.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { WhenDefinition } from "../when.ts";
import { exactlyOneWhen, whenFields } from "../when.ts";

export interface TimeWaitDefinition extends StepCommonDefinition, WhenDefinition {
  readonly type: "time.wait";
  readonly assign?: AssignDefinition;
}

export const timeWait = defineStep({
  type: "time.wait",
  schema: z
    .strictObject({ ...stepCommon, type: z.literal("time.wait"), ...whenFields, assign: assign.optional() })
    .superRefine(exactlyOneWhen)
    .meta({ id: "TimeWaitStep", description: "Waits for a time: exactly one of durationMs, until and business." }),
});
