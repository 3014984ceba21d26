import type { Assignments, AssignStep } from "../../program/program.ts";
import type { Json } from "../../values/json.ts";
import { stepEntry } from "../entries.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { evaluate } from "../scope.ts";
import { weighResult } from "../size.ts";
import { writeTarget, writeTogether } from "../targets.ts";
import type { StepPlace } from "../transition.ts";

export function assign(m: Machine, fiber: WorkFiber, step: AssignStep, place: StepPlace): void {
  writeAll(m, fiber, step.assign);
  stepEntry(m, place, "SUCCEEDED");
}

/** Computes every value from the state as it is, then writes them in order, all or none; nothing removes its target. */
export function writeAll(m: Machine, fiber: WorkFiber, assignments: Assignments): void {
  if (assignments.length === 1) {
    const only = assignments[0] as Assignments[number];
    const value = evaluate(m, fiber, only.value);
    writeTarget(m, fiber, only.target, value, value === undefined ? 0 : weighResult(m, value));
    return;
  }
  const values: (Json | undefined)[] = [];
  const bytes: number[] = [];
  for (let i = 0; i < assignments.length; i += 1) {
    const value = evaluate(m, fiber, (assignments[i] as Assignments[number]).value);
    values.push(value);
    bytes.push(value === undefined ? 0 : weighResult(m, value));
  }
  writeTogether(m, fiber, assignments, values, bytes);
}
