import { z } from "zod";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface RaiseDefinition extends StepCommonDefinition {
  readonly type: "control.raise";
  readonly code: ValueDefinition;
  readonly message: ValueDefinition;
  readonly details?: ValueDefinition;
}

export const controlRaise = defineStep({
  type: "control.raise",
  since: 2,
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("control.raise"),
      code: value("text").describe("A code of the author's own, such as OUT_OF_STOCK."),
      message: value("text"),
      details: value().optional(),
    })
    .meta({ id: "RaiseStep", description: "Fails with a BusinessError, which a control.tryCatch can catch." }),
});
