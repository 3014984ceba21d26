import { z } from "zod";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface StateSetDefinition extends StepCommonDefinition {
  readonly type: "state.set";
  readonly state: ValueDefinition;
}

export const stateSet = defineStep({
  type: "state.set",
  schema: z.strictObject({ ...stepCommon, type: z.literal("state.set"), state: value() }).meta({
    id: "StateSetStep",
    description: "Sets the run's business state, which lists of runs show and filter by.",
  }),
});
