import { z } from "zod";
import type { StepDefinition } from "../any-step.ts";
import { targetText } from "../fields.ts";
import { stepList } from "../step-list.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon, stepId } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface ParallelDefinition extends StepCommonDefinition {
  readonly type: "control.parallel";
  readonly branches: readonly { readonly id: string; readonly steps: readonly StepDefinition[] }[];
  readonly completion?: "all" | "any" | { readonly quorum: ValueDefinition };
  readonly saveAs?: string;
}

export const controlParallel = defineStep({
  type: "control.parallel",
  since: 2,
  blocks: [{ key: "branches", each: "steps" }],
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("control.parallel"),
      branches: z
        .array(z.strictObject({ id: stepId, steps: stepList() }))
        .min(1)
        .max(100),
      completion: z
        .union([z.enum(["all", "any"]), z.strictObject({ quorum: value("number") })])
        .optional()
        .describe("all (when left out), any, or { quorum: n }; n may be computed, when the step begins."),
      saveAs: targetText.optional().describe("Gets { counted, branches }."),
    })
    .meta({ id: "ParallelStep", description: "Runs branches side by side." }),
});
