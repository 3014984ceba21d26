import type { SwitchStep } from "../../program/program.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { pushFrame } from "../machine.ts";
import { evaluateCondition } from "../scope.ts";
import type { StepPlace } from "../transition.ts";

/** Takes the first case that is true; the ones behind it are not evaluated. */
export function switchStep(m: Machine, fiber: WorkFiber, step: SwitchStep, place: StepPlace): void {
  let path = step.default === undefined ? undefined : step.path + ".default.steps";
  for (let i = 0; i < step.cases.length; i += 1) {
    if (evaluateCondition(m, fiber, (step.cases[i] as SwitchStep["cases"][number]).when)) {
      path = step.path + ".cases[" + i + "].steps";
      break;
    }
  }
  pushFrame(m, fiber, { kind: "block", place });
  if (path !== undefined) pushFrame(m, fiber, { kind: "sequence", path, pc: 0 });
}
