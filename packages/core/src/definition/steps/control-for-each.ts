import { z } from "zod";
import type { StepDefinition } from "../any-step.ts";
import { targetText } from "../fields.ts";
import { stepList } from "../step-list.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface ForEachDefinition extends StepCommonDefinition {
  readonly type: "control.forEach";
  readonly items: ValueDefinition;
  readonly itemVar?: string;
  readonly body: readonly StepDefinition[];
  readonly concurrency?: ValueDefinition;
  readonly onItemError?: "fail" | "continue";
  readonly collect?: { readonly value: ValueDefinition; readonly saveAs: string };
  readonly maxItems?: ValueDefinition;
}

export const controlForEach = defineStep({
  type: "control.forEach",
  blocks: [{ key: "body" }],
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("control.forEach"),
      items: value("items").describe("A value that is no list is one item; nothing and null are none."),
      itemVar: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/)
        .optional()
        .describe("A second name of item."),
      body: stepList(),
      concurrency: value("number").optional().describe("1 to 50 (semantics 2); 1 when left out."),
      onItemError: z.enum(["fail", "continue"]).optional(),
      collect: z
        .strictObject({ value: value(), saveAs: targetText })
        .optional()
        .describe("One value per item, in the order of the items."),
      maxItems: value("number").optional().describe("10,000 when left out."),
    })
    .meta({
      id: "ForEachStep",
      description: "Runs a block for each item. Locals: item, index, length, isFirst, isLast.",
    }),
});
