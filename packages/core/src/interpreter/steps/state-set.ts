import type { StateSetStep } from "../../program/program.ts";
import { stepEntry } from "../entries.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { takeSeq } from "../machine.ts";
import { evaluate } from "../scope.ts";
import { admit, weighResult } from "../size.ts";
import type { StepPlace } from "../transition.ts";

/** Sets what Run Studio shows and filters by; no expression reads it. */
export function stateSet(m: Machine, fiber: WorkFiber, step: StateSetStep, place: StepPlace): void {
  const state = evaluate(m, fiber, step.state) ?? null;
  admit(m, weighResult(m, state), m.state);
  m.state = state;
  m.journal.push({ seq: takeSeq(m), at: m.now, kind: "state", data: state });
  stepEntry(m, place, "SUCCEEDED");
}
