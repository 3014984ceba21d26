import type { ReturnStep } from "../../program/program.ts";
import { stepEntry } from "../entries.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { evaluate } from "../scope.ts";
import { weighResult } from "../size.ts";
import type { StepPlace } from "../transition.ts";
import { unwind } from "../unwind.ts";

/** Ends the run as a success, from any depth; `finally` blocks around it run first. */
export function returnStep(m: Machine, fiber: WorkFiber, step: ReturnStep, place: StepPlace): void {
  const output = step.output === undefined ? null : (evaluate(m, fiber, step.output) ?? null);
  weighResult(m, output);
  stepEntry(m, place, "SUCCEEDED");
  unwind(m, fiber, { kind: "return", output });
}
