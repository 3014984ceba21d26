import type { WhileStep } from "../../program/program.ts";
import { stepEntry } from "../entries.ts";
import { Corruption, StepFailure } from "../failure.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { popFrame, pushFrame, replaceTop } from "../machine.ts";
import { evaluateCondition } from "../scope.ts";
import type { Frame, StepPlace } from "../transition.ts";
import { evaluateCount } from "../when.ts";

type WhileFrame = Extract<Frame, { kind: "while" }>;

export function whileStep(m: Machine, fiber: WorkFiber, step: WhileStep, place: StepPlace): void {
  const maxIterations = evaluateCount(m, fiber, step.maxIterations, "maxIterations");
  pushFrame(m, fiber, { kind: "while", place, index: 0, maxIterations });
  turn(m, fiber, step, { kind: "while", place, index: 0, maxIterations });
}

/** A body has ended: the next turn, whose condition has fuel of its own. */
export function nextTurn(m: Machine, fiber: WorkFiber, frame: WhileFrame): void {
  const step = m.index.steps.get(frame.place.stepPath);
  if (step?.type !== "control.while") throw new Corruption(`There is no control.while at ${frame.place.stepPath}.`);
  m.place = frame.place;
  m.stepFuel = 0;
  m.scope = undefined;
  m.fuelInTurn += m.behaviour.stepFuelMin;
  const next: WhileFrame = { ...frame, index: frame.index + 1 };
  replaceTop(m, fiber, next);
  turn(m, fiber, step, next);
}

/** Evaluates the condition in sight of `iteration`, and begins the body or ends the loop. */
function turn(m: Machine, fiber: WorkFiber, step: WhileStep, frame: WhileFrame): void {
  let goesOn: boolean;
  try {
    m.scope = undefined;
    goesOn = evaluateCondition(m, fiber, step.condition);
    if (goesOn && frame.index >= frame.maxIterations) {
      throw new StepFailure(
        "ControlError",
        "MAX_ITERATIONS",
        `The condition still holds after ${frame.maxIterations} iterations.`,
        { maxIterations: frame.maxIterations },
      );
    }
  } catch (thrown) {
    // The loop fails as a step: its own frame is not in the way of the error.
    popFrame(m, fiber);
    throw thrown;
  }
  if (goesOn) {
    pushFrame(m, fiber, { kind: "sequence", path: step.path + ".body.steps", pc: 0 });
    return;
  }
  popFrame(m, fiber);
  stepEntry(m, frame.place, "SUCCEEDED");
}
