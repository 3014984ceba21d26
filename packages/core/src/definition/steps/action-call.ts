import { z } from "zod";
import type { StepDefinition } from "../any-step.ts";
import type { OnErrorDefinition, RetryDefinition } from "../fields.ts";
import { onError, retry, targetText } from "../fields.ts";
import { stepList } from "../step-list.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface ActionCallDefinition extends StepCommonDefinition {
  readonly type: "action.call";
  readonly action: string;
  readonly input: ValueDefinition;
  readonly saveAs?: string;
  readonly retry?: RetryDefinition;
  readonly timeoutMs?: ValueDefinition;
  readonly onError?: OnErrorDefinition;
  readonly idempotencyKey?: ValueDefinition;
  readonly compensate?: readonly StepDefinition[];
}

export const actionPattern = /^[a-z][a-z0-9-]{0,63}\.[A-Za-z][A-Za-z0-9_.-]{0,127}@[1-9][0-9]{0,5}$/;

export const actionCall = defineStep({
  type: "action.call",
  fieldsSince2: ["compensate"],
  blocks: [{ key: "compensate" }],
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("action.call"),
      action: z.string().regex(actionPattern).describe("<pack>.<name>@<major>, such as http.request@1."),
      input: value().describe("What the action is given; checked against its schema."),
      saveAs: targetText.optional(),
      retry: retry.optional(),
      timeoutMs: value("number").optional().describe("For one try; at most 24 hours."),
      onError: onError.optional(),
      idempotencyKey: value("text").optional().describe("Stands in for run, place and input in the ledger's key."),
      compensate: stepList().optional().describe("Inside a saga: steps that undo this one."),
    })
    .meta({ id: "ActionCallStep", description: "Runs an action; its output is checked against its schema." }),
});
