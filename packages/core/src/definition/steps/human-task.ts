import { z } from "zod";
import type { Json } from "../../values/json.ts";
import type { AssignDefinition } from "../fields.ts";
import { assign, targetText } from "../fields.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";
import type { WhenDefinition } from "../when.ts";
import { when } from "../when.ts";
import { onlyOne } from "./event-wait.ts";

export interface HumanTaskDefinition extends StepCommonDefinition {
  readonly type: "human.task";
  readonly title: ValueDefinition;
  readonly description?: ValueDefinition;
  readonly context?: ValueDefinition;
  readonly assignTo: { readonly users?: ValueDefinition; readonly groups?: ValueDefinition };
  /** A schema, or `{ ref: name }`. */
  readonly form: { readonly [key: string]: Json };
  readonly due?: WhenDefinition;
  readonly dueMs?: ValueDefinition;
  readonly reminders?: {
    readonly every?: WhenDefinition;
    readonly everyMs?: ValueDefinition;
    readonly max: ValueDefinition;
  };
  readonly timeout?: WhenDefinition;
  readonly timeoutMs?: ValueDefinition;
  readonly saveAs?: string;
  readonly assign?: AssignDefinition;
}

export const humanTask = defineStep({
  type: "human.task",
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("human.task"),
      title: value("text"),
      description: value("text").optional(),
      context: value().optional().describe("Shown beside the form."),
      assignTo: z.strictObject({ users: value("people").optional(), groups: value("people").optional() }),
      form: z
        .record(z.string(), z.unknown())
        .describe("A schema, or { ref: name } of a form of the tenant or of the system."),
      due: when.optional(),
      dueMs: value("number").optional().describe("Short for due: { durationMs: n }."),
      reminders: z
        .strictObject({ every: when.optional(), everyMs: value("number").optional(), max: value("number") })
        .superRefine((given, context) => {
          onlyOne(given, "every", "everyMs", context);
          if (given.every !== undefined || given.everyMs !== undefined) return;
          const message = "Reminders need every or everyMs.";
          context.addIssue({
            code: "custom",
            message,
            params: { problem: { code: "FIELD_MISSING", pointer: "", message } },
          });
        })
        .optional(),
      timeout: when.optional(),
      timeoutMs: value("number").optional().describe("Short for timeout: { durationMs: n }."),
      saveAs: targetText.optional().describe("Gets the answer."),
      assign: assign.optional().describe("Computed with event in scope."),
    })
    .superRefine((step, context) => {
      onlyOne(step, "timeout", "timeoutMs", context);
      onlyOne(step, "due", "dueMs", context);
      if (step.assignTo.users !== undefined || step.assignTo.groups !== undefined) return;
      const message = "A task needs somebody: users, groups or both.";
      context.addIssue({
        code: "custom",
        message,
        params: { problem: { code: "FIELD_MISSING", pointer: "/assignTo", message } },
      });
    })
    .meta({ id: "HumanTaskStep", description: "Asks a person and waits for the answer." }),
});
