import { z } from "zod";
import type { SemanticsVersion } from "../program/program.ts";
import type { JsonObject } from "../values/json.ts";
import type { StepDefinition } from "./any-step.ts";
import { stepList } from "./step-list.ts";
import { stepId } from "./step.ts";
import { workflowKeyPattern } from "./steps/control-call-workflow.ts";
import type { ValueDefinition } from "./value.ts";
import { value } from "./value.ts";

/** The document that an author writes, parsed and of the right shape. */
export interface Definition {
  readonly workflow: string;
  readonly name?: string;
  readonly description?: string;
  readonly notes?: string;
  readonly semantics?: SemanticsVersion;
  /** A schema of the subset; left out: any payload. */
  readonly payload?: JsonObject;
  readonly triggers?: readonly TriggerDefinition[];
  readonly steps: readonly StepDefinition[];
}

/** Starts a run for each event of that name for which `when` holds. */
export interface TriggerDefinition {
  readonly id: string;
  readonly event: string;
  readonly when?: ValueDefinition;
  /** The payload of the run, computed with `event` in scope; left out: the event's payload. */
  readonly payload?: ValueDefinition;
}

export const definitionStepsMax = 10_000;
export const definitionNestingMax = 64;
export const definitionTextMaxBytes = 2 * 1024 * 1024;

const trigger = z
  .strictObject({
    id: stepId,
    event: z.string().min(1).max(200),
    when: value("condition").optional(),
    payload: value()
      .optional()
      .describe("The payload of the run, computed with event in scope; left out: the event's payload."),
  })
  .meta({ id: "Trigger" });

/** What zod finds in a document that is no definition. */
export type ShapeProblem = z.core.$ZodIssue;

let schema: z.ZodType<Definition> | undefined;

/** The schema of a whole definition. */
export function definitionSchema(): z.ZodType<Definition> {
  schema ??= z
    .strictObject({
      workflow: z
        .string()
        .regex(workflowKeyPattern)
        .describe("The key: a lower-case letter, then 1 to 62 lower-case letters, digits or -."),
      name: z.string().max(200).optional(),
      description: z.string().max(10_000).optional(),
      notes: z.string().max(10_000).optional(),
      semantics: z.literal([1, 2]).optional().describe("The version of the runtime semantics; 2 when left out."),
      payload: z
        .record(z.string(), z.unknown())
        .optional()
        .describe("The schema of the payload, in the subset of JSON Schema 2020-12."),
      triggers: z.array(trigger).max(100).optional(),
      steps: stepList(),
    })
    .meta({ id: "Definition" }) as unknown as z.ZodType<Definition>;
  return schema;
}

/** In which places a document is not of the shape of a definition. */
export function shapeProblems(document: unknown): readonly ShapeProblem[] {
  return definitionSchema().safeParse(document).error?.issues ?? [];
}
