import { z } from "zod";
import type { StepDefinition } from "../any-step.ts";
import { stepList } from "../step-list.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface IfDefinition extends StepCommonDefinition {
  readonly type: "control.if";
  readonly condition: ValueDefinition;
  readonly then: readonly StepDefinition[];
  readonly else?: readonly StepDefinition[];
}

export const controlIf = defineStep({
  type: "control.if",
  blocks: [{ key: "then" }, { key: "else" }],
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("control.if"),
      condition: value("condition"),
      then: stepList(),
      else: stepList().optional(),
    })
    .meta({ id: "IfStep", description: "Runs one of two blocks." }),
});
