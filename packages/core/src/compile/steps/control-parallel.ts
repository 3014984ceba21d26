import type { ParallelDefinition } from "../../definition/steps/control-parallel.ts";
import type { ParallelStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";

export function compileControlParallel(
  c: CompileContext,
  step: ParallelDefinition,
  place: StepPlace,
): Omit<ParallelStep, "id" | "path"> {
  const seen = new Set<string>();
  step.branches.forEach((branch, i) => {
    if (seen.has(branch.id))
      c.error(
        "BRANCH_ID_DUPLICATE",
        place,
        `/branches/${i}/id`,
        `Two branches of "${step.id}" are called "${branch.id}".`,
      );
    seen.add(branch.id);
  });
  return without({
    type: "control.parallel",
    branches: step.branches.map((branch, i) => ({
      id: branch.id,
      steps: c.block(branch.steps, place, { path: `.branches[${i}]`, pointer: `/branches/${i}/steps` }),
    })),
    completion: completionOf(c, step, place),
    saveAs: c.target(step.saveAs, place, "/saveAs"),
  });
}

function completionOf(c: CompileContext, step: ParallelDefinition, place: StepPlace): ParallelStep["completion"] {
  const completion = step.completion ?? "all";
  if (typeof completion !== "object") return completion;
  const quorum = c.count(completion.quorum, place, "/completion/quorum", 1);
  if (quorum.kind !== "literal") return { quorum };
  const count = quorum.value as number;
  if (count > step.branches.length) {
    c.error(
      "QUORUM_IMPOSSIBLE",
      place,
      "/completion/quorum",
      `The quorum is ${count}, and there are ${step.branches.length} branches.`,
    );
  }
  return { quorum: count };
}
