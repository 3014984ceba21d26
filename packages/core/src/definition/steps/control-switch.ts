import { z } from "zod";
import type { StepDefinition } from "../any-step.ts";
import { stepList } from "../step-list.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface SwitchDefinition extends StepCommonDefinition {
  readonly type: "control.switch";
  readonly cases: readonly { readonly when: ValueDefinition; readonly steps: readonly StepDefinition[] }[];
  readonly default?: readonly StepDefinition[];
}

export const controlSwitch = defineStep({
  type: "control.switch",
  since: 2,
  blocks: [{ key: "cases", each: "steps" }, { key: "default" }],
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("control.switch"),
      cases: z.array(z.strictObject({ when: value("condition"), steps: stepList() })).min(1),
      default: stepList().optional(),
    })
    .meta({ id: "SwitchStep", description: "Runs the first case whose condition is true." }),
});
