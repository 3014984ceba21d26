import { z } from "zod";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface ReturnDefinition extends StepCommonDefinition {
  readonly type: "control.return";
  readonly output?: ValueDefinition;
}

export const controlReturn = defineStep({
  type: "control.return",
  schema: z
    .strictObject({ ...stepCommon, type: z.literal("control.return"), output: value().optional() })
    .meta({ id: "ReturnStep", description: "Ends the run successfully, from any depth." }),
});
