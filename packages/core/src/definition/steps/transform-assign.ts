import { z } from "zod";
import type { AssignDefinition } from "../fields.ts";
import { assign } from "../fields.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";

export interface AssignStepDefinition extends StepCommonDefinition {
  readonly type: "transform.assign";
  readonly assign: AssignDefinition;
}

export const transformAssign = defineStep({
  type: "transform.assign",
  schema: z
    .strictObject({ ...stepCommon, type: z.literal("transform.assign"), assign })
    .meta({ id: "AssignStep", description: "Writes several targets; all values are computed before any is written." }),
});
