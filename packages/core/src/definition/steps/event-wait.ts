import { z } from "zod";
import type { FilterOp } from "../../program/program.ts";
import type { AssignDefinition } from "../fields.ts";
import { assign, targetText } from "../fields.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";
import type { WhenDefinition } from "../when.ts";
import { when } from "../when.ts";

export interface EventWaitDefinition extends StepCommonDefinition {
  readonly type: "event.wait";
  readonly event: ValueDefinition;
  readonly correlationKey: ValueDefinition;
  readonly filters?: readonly FilterDefinition[];
  readonly timeout?: WhenDefinition;
  readonly timeoutMs?: ValueDefinition;
  readonly lookbackMs?: ValueDefinition;
  readonly saveAs?: string;
  readonly assign?: AssignDefinition;
}

export interface FilterDefinition {
  readonly path: string;
  readonly op: FilterOp;
  readonly value?: ValueDefinition;
}

export const filterOps = [
  "=",
  "!=",
  "in",
  "not_in",
  "exists",
  "not_exists",
  ">",
  ">=",
  "<",
  "<=",
  "contains",
  "starts_with",
  "ends_with",
] as const satisfies readonly FilterOp[];

const filter = z
  .strictObject({ path: z.string().min(1).max(500), op: z.enum(filterOps), value: value().optional() })
  .superRefine((given, context) => {
    const alone = given.op === "exists" || given.op === "not_exists";
    if (alone === (given.value === undefined)) return;
    const message = alone
      ? `A filter with ${given.op} has no value.`
      : `A filter with ${given.op} needs a value to compare with.`;
    const problem = { code: alone ? "FIELD_INVALID" : "FIELD_MISSING", pointer: alone ? "/value" : "", message };
    context.addIssue({ code: "custom", message, params: { problem } });
  })
  .meta({ id: "Filter" });

export const eventWait = defineStep({
  type: "event.wait",
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("event.wait"),
      event: value("text").describe("The name of the event."),
      correlationKey: value().describe("What tells this run's event from another's."),
      filters: z.array(filter).max(50).optional().describe("All must hold."),
      timeout: when.optional(),
      timeoutMs: value("number").optional().describe("Short for timeout: { durationMs: n }."),
      lookbackMs: value("number")
        .optional()
        .describe("Events accepted that long before the opening count, taken by others or not."),
      saveAs: targetText.optional().describe("Gets the event's payload."),
      assign: assign.optional().describe("Computed with event in scope."),
    })
    .superRefine((step, context) => onlyOne(step, "timeout", "timeoutMs", context))
    .meta({ id: "EventWaitStep", description: "Waits for an event with this name and correlation key." }),
});

/** Refuses a field and its short form together. */
export function onlyOne<Key extends string>(
  step: { readonly [key in Key]?: unknown },
  field: Key,
  short: Key,
  context: z.RefinementCtx,
): void {
  if (step[field] === undefined || step[short] === undefined) return;
  const message = `${short} is short for ${field}, and both are given.`;
  context.addIssue({
    code: "custom",
    message,
    params: { problem: { code: "WHEN_NOT_ONE", pointer: "/" + short, message } },
  });
}
