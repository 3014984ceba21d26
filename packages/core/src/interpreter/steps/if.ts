import type { IfStep } from "../../program/program.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { pushFrame } from "../machine.ts";
import { evaluateCondition } from "../scope.ts";
import type { StepPlace } from "../transition.ts";

export function ifStep(m: Machine, fiber: WorkFiber, step: IfStep, place: StepPlace): void {
  const taken = evaluateCondition(m, fiber, step.condition);
  pushFrame(m, fiber, { kind: "block", place });
  if (taken) pushFrame(m, fiber, { kind: "sequence", path: step.path + ".then.steps", pc: 0 });
  else if (step.else !== undefined) pushFrame(m, fiber, { kind: "sequence", path: step.path + ".else.steps", pc: 0 });
}
