import { z } from "zod";
import type { StepDefinition } from "../any-step.ts";
import { stepList } from "../step-list.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface WhileDefinition extends StepCommonDefinition {
  readonly type: "control.while";
  readonly condition: ValueDefinition;
  readonly body: readonly StepDefinition[];
  readonly maxIterations: ValueDefinition;
}

export const controlWhile = defineStep({
  type: "control.while",
  since: 2,
  blocks: [{ key: "body" }],
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("control.while"),
      condition: value("condition"),
      body: stepList(),
      maxIterations: value("number").describe(
        "The condition still true after that many bodies is an error, MAX_ITERATIONS.",
      ),
    })
    .meta({ id: "WhileStep", description: "Runs a block while a condition holds. Local: iteration, from 0." }),
});
