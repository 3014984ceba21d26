import { z } from "zod";
import type { AssignDefinition, OnErrorDefinition, RetryDefinition } from "../fields.ts";
import { assign, onError, retry, targetText } from "../fields.ts";
import type { StepCommonDefinition } from "../step.ts";
import { defineStep, stepCommon } from "../step.ts";
import type { ValueDefinition } from "../value.ts";
import { value } from "../value.ts";

export interface CallWorkflowDefinition extends StepCommonDefinition {
  readonly type: "control.callWorkflow";
  readonly workflow: string;
  readonly version?: number | "latest";
  readonly input: ValueDefinition;
  readonly saveAs?: string;
  readonly output?: AssignDefinition;
  readonly retry?: RetryDefinition;
  readonly onError?: OnErrorDefinition;
}

export const workflowKeyPattern = /^[a-z][a-z0-9-]{1,62}$/;

export const controlCallWorkflow = defineStep({
  type: "control.callWorkflow",
  schema: z
    .strictObject({
      ...stepCommon,
      type: z.literal("control.callWorkflow"),
      workflow: z.string().regex(workflowKeyPattern),
      version: z
        .union([z.int().min(1), z.literal("latest")])
        .optional()
        .describe(
          "Left out: the version published when this workflow is published. latest: the one published at the call.",
        ),
      input: value().describe("The payload of the child run."),
      saveAs: targetText.optional(),
      output: assign.optional().describe("Targets and their values, computed with childRun in scope."),
      retry: retry.optional(),
      onError: onError.optional(),
    })
    .meta({ id: "CallWorkflowStep", description: "Runs another workflow as a child run." }),
});
