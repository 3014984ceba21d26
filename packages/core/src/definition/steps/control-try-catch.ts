import { z } from "zod";
import type { StepDefinition } from "../any-step.ts";
import { categoryOrCode, targetText } from "../fields.ts";
import { stepList } from "../step-list.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";

export interface TryCatchDefinition extends StepCommonDefinition {
  readonly type: "control.tryCatch";
  readonly try: readonly StepDefinition[];
  readonly catch?: readonly StepDefinition[];
  readonly captureErrorAs?: string;
  readonly catchOn?: readonly string[];
  readonly finally?: readonly StepDefinition[];
}

export const controlTryCatch = defineStep({
  type: "control.tryCatch",
  fieldsSince2: ["catchOn", "finally"],
  blocks: [{ key: "try" }, { key: "catch" }, { key: "finally" }],
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("control.tryCatch"),
      try: stepList(),
      catch: stepList().optional(),
      captureErrorAs: targetText.optional(),
      catchOn: z
        .array(categoryOrCode)
        .min(1)
        .max(50)
        .optional()
        .describe("What is caught: categories or codes; every catchable error when left out."),
      finally: stepList().optional(),
    })
    .superRefine((step, context) => {
      if (step.catch !== undefined || step.finally !== undefined) return;
      const message = "A control.tryCatch needs catch, finally or both.";
      context.addIssue({
        code: "custom",
        message,
        params: { problem: { code: "FIELD_MISSING", pointer: "", message } },
      });
    })
    .meta({ id: "TryCatchStep", description: "Catches errors of a block, and cleans up." }),
});
