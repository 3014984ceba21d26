import { canonicalHash } from "../canonical/canonical-hash.ts";
import { semantics as behaviours } from "../interpreter/semantics.ts";
import type { Json } from "../values/json.ts";
import { stepsOf } from "./program-steps.ts";
import type { Program, ProgramStep, SemanticsVersion, StepType } from "./program.ts";

/** Step types that came with semantics 2, as the definition's step files say too. */
export const stepTypesSince2: readonly StepType[] = [
  "control.switch",
  "control.while",
  "control.parallel",
  "control.saga",
  "control.raise",
];

/** Fields that came with semantics 2, by step type. */
export const stepFieldsSince2: { readonly [type in StepType]?: readonly string[] } = {
  "action.call": ["compensate"],
  "control.tryCatch": ["catchOn", "finally"],
};

/** What a version of the semantics does not know: a step, or one field of it. */
export interface UnknownPart {
  readonly stepId: string;
  readonly type: StepType;
  readonly field?: string;
}

/**
 * The same definition's program under another version of the semantics: what compiling it under that version gives. A called workflow that
 * declares no version follows its caller's.
 * @returns unknown: the parts that the version does not have, for which there is no such program
 */
export function programUnder(
  program: Program,
  semantics: SemanticsVersion,
): { readonly program: Program } | { readonly unknown: readonly UnknownPart[] } {
  if (program.semantics === semantics) return { program };
  const unknown: UnknownPart[] = [];
  if (semantics === 1) {
    for (const step of stepsOf(program.steps)) {
      const { id: stepId, type } = step;
      if (stepTypesSince2.includes(type)) unknown.push({ stepId, type });
      for (const field of stepFieldsSince2[type] ?? [])
        if (Object.hasOwn(step, field)) unknown.push({ stepId, type, field });
      if (step.type === "control.forEach" && wantsConcurrency(step))
        unknown.push({ stepId, type, field: "concurrency" });
    }
  }
  if (unknown.length > 0) return { unknown };
  const { programHash: _, ...rest } = program;
  const content = { ...rest, semantics };
  return { program: { ...content, programHash: canonicalHash(content as unknown as Json) } };
}

function wantsConcurrency({ concurrency }: Extract<ProgramStep, { type: "control.forEach" }>): boolean {
  if (concurrency === undefined) return false;
  return !(concurrency.kind === "literal" && concurrency.value === behaviours[1].concurrencyMax);
}
