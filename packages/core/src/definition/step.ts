import { z } from "zod";
import type { SemanticsVersion, StepType } from "../program/program.ts";

/** What every step has. */
export interface StepCommonDefinition {
  readonly id: string;
  readonly name?: string;
  readonly notes?: string;
  /** Left out of the run, shown as SKIPPED. */
  readonly disabled?: boolean;
}

export const idPattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

export const stepId = z
  .string()
  .regex(idPattern)
  .describe("Unique in the definition: a letter, then at most 63 letters, digits, _ or -.");

/** The schema fields of `StepCommonDefinition`. */
export const stepCommon = {
  id: stepId,
  name: z.string().max(200).optional().describe("Shown to people instead of the id."),
  notes: z.string().max(10_000).optional().describe("For the reader of the definition."),
  disabled: z.boolean().optional().describe("Left out of the run, shown as SKIPPED."),
};

/**
 * Where a step type keeps lists of steps: `key` holds the list, or a list of objects whose member `each` holds one.
 * The step path of a list is `<step>.<key>` or `<step>.<key>[n]`.
 */
export interface BlockPlace {
  readonly key: string;
  readonly each?: "steps";
}

export interface StepKind<Type extends StepType, Schema extends z.ZodObject> {
  readonly type: Type;
  /** The first semantics version that has it. */
  readonly since: SemanticsVersion;
  /** Fields that came with semantics 2. */
  readonly fieldsSince2: readonly string[];
  readonly blocks: readonly BlockPlace[];
  readonly schema: Schema;
}

/** One step type of the language: its name, its shape, where its blocks are, since when it exists. */
export function defineStep<Type extends StepType, Schema extends z.ZodObject>(kind: {
  readonly type: Type;
  readonly since?: SemanticsVersion;
  readonly fieldsSince2?: readonly string[];
  readonly blocks?: readonly BlockPlace[];
  readonly schema: Schema;
}): StepKind<Type, Schema> {
  return { since: 1, fieldsSince2: [], blocks: [], ...kind };
}
