import type { ProgramStep } from "../program/program.ts";
import { stepEntry } from "./entries.ts";
import { Corruption, runError, StepFailure } from "./failure.ts";
import type { Machine, WorkFiber } from "./machine.ts";
import { issue, popFrame, takeCommandId, topFrame } from "./machine.ts";
import { contextOf } from "./scope.ts";
import { actionCall } from "./steps/action-call.ts";
import { assign } from "./steps/assign.ts";
import { callWorkflow } from "./steps/call-workflow.ts";
import { eventWait } from "./steps/event-wait.ts";
import { forEach, nextItem } from "./steps/for-each.ts";
import { humanTask } from "./steps/human-task.ts";
import { ifStep } from "./steps/if.ts";
import { parallel } from "./steps/parallel.ts";
import { raise } from "./steps/raise.ts";
import { returnStep } from "./steps/return.ts";
import { leaveSaga, saga } from "./steps/saga.ts";
import { stateSet } from "./steps/state-set.ts";
import { switchStep } from "./steps/switch.ts";
import { timeWait } from "./steps/time-wait.ts";
import { leaveTry, tryCatch } from "./steps/try-catch.ts";
import { nextTurn, whileStep } from "./steps/while.ts";
import type { CommandId, Frame, StepEntryData, StepPlace } from "./transition.ts";
import { endAtOnce, fiberEnded, stepFailure } from "./unwind.ts";

/** Runs the ready fibers in the order of their creation, each until it blocks, until all have or the turn's fuel is spent. */
export function runFibers(m: Machine): void {
  while (m.outcome === undefined && !m.yielding) {
    const fiber = firstReady(m);
    if (fiber === undefined) return;
    while (fiber.status === "ready" && m.outcome === undefined && !m.yielding) advance(m, fiber);
  }
}

function firstReady(m: Machine): WorkFiber | undefined {
  for (let i = 0; i < m.fibers.length; i += 1) {
    const fiber = m.fibers[i] as WorkFiber;
    if (fiber.status === "ready") return fiber;
  }
  return undefined;
}

function advance(m: Machine, fiber: WorkFiber): void {
  try {
    advanceFrame(m, fiber, topFrame(fiber));
  } catch (thrown) {
    if (!(thrown instanceof StepFailure)) throw thrown;
    stepFailure(m, fiber, m.place, thrown);
  }
}

function advanceFrame(m: Machine, fiber: WorkFiber, frame: Frame | undefined): void {
  if (frame === undefined) {
    // An item costs something, also one without steps.
    if (fiber.item !== undefined && turnIsSpent(m)) return;
    fiberEnded(m, fiber, undefined);
    return;
  }
  switch (frame.kind) {
    case "sequence": {
      const list = m.index.lists.get(frame.path);
      if (list === undefined) throw new Corruption(`There are no steps at ${frame.path}.`);
      if (frame.pc === list.length) {
        popFrame(m, fiber);
        return;
      }
      const step = list[frame.pc];
      if (step === undefined) throw new Corruption(`There is no step at ${frame.path}[${frame.pc}].`);
      if (turnIsSpent(m)) return;
      if (m.nextSeq === m.stopBefore) {
        // As if it yielded, but the state does not say so: who goes on from it begins with this step.
        m.yielding = true;
        return;
      }
      fiber.frames[fiber.frames.length - 1] = { kind: "sequence", path: frame.path, pc: frame.pc + 1 };
      startStep(m, fiber, step);
      return;
    }
    case "block":
      popFrame(m, fiber);
      stepEntry(m, frame.place, "SUCCEEDED");
      return;
    case "forEach":
      if (!turnIsSpent(m)) nextItem(m, fiber, frame);
      return;
    case "while":
      if (!turnIsSpent(m)) nextTurn(m, fiber, frame);
      return;
    case "tryCatch":
      leaveTry(m, fiber, frame);
      return;
    case "saga":
      leaveSaga(m, fiber, frame);
      return;
    case "parallel":
    case "concurrent":
    case "step":
      throw new Corruption(
        `The fiber ${fiber.id} is ready, but its ${frame.kind} at ${frame.place.stepPath} has not ended.`,
      );
    default:
      throw new Corruption(`There is no kind of frame ${(frame as { kind: string }).kind}.`);
  }
}

/**
 * Whether the activation has done enough: then the run yields, so that other runs of its thread get their turn. A run
 * that does so for ever, without anything from outside, is ended.
 */
function turnIsSpent(m: Machine): boolean {
  if (m.fuelInTurn < m.behaviour.turnFuelMax) return false;
  m.yields += 1;
  if (m.yields >= m.behaviour.yieldsMax) {
    const message = `The run went through ${m.yields} full turns without anything from outside.`;
    endAtOnce(m, undefined, runError(m, m.place, "ControlError", "LOOP_BUDGET", message));
    return true;
  }
  issue(m, -1, { id: takeCommandId(m), kind: "yield" });
  m.yielding = true;
  return true;
}

function startStep(m: Machine, fiber: WorkFiber, step: ProgramStep): void {
  m.steps += 1;
  m.stepFuel = 0;
  m.fuelInTurn += m.behaviour.stepFuelMin;
  m.scope = undefined;
  m.place = { stepId: step.id, stepPath: step.path, iteration: contextOf(m, fiber).iteration, execution: m.nextSeq };
  if (step.disabled === true) {
    stepEntry(m, m.place, "SKIPPED", { type: step.type });
    return;
  }
  switch (step.type) {
    case "transform.assign":
      return assign(m, fiber, step, begun(m, step));
    case "control.if":
      return ifStep(m, fiber, step, begun(m, step));
    case "action.call": {
      const id = takeCommandId(m);
      return actionCall(m, fiber, step, begun(m, step, id), id);
    }
    case "state.set":
      return stateSet(m, fiber, step, begun(m, step));
    case "control.switch":
      return switchStep(m, fiber, step, begun(m, step));
    case "control.forEach":
      return forEach(m, fiber, step, begun(m, step));
    case "control.while":
      return whileStep(m, fiber, step, begun(m, step));
    case "control.parallel":
      return parallel(m, fiber, step, begun(m, step));
    case "control.tryCatch":
      return tryCatch(m, fiber, step, begun(m, step));
    case "control.saga":
      return saga(m, fiber, step, begun(m, step));
    case "control.return":
      return returnStep(m, fiber, step, begun(m, step));
    case "control.raise":
      return raise(m, fiber, step, begun(m, step));
    case "event.wait": {
      const id = takeCommandId(m);
      return eventWait(m, fiber, step, begun(m, step, id), id);
    }
    case "control.callWorkflow": {
      const id = takeCommandId(m);
      return callWorkflow(m, fiber, step, begun(m, step, id), id);
    }
    case "human.task": {
      const id = takeCommandId(m);
      return humanTask(m, fiber, step, begun(m, step, id), id);
    }
    case "time.wait": {
      const id = takeCommandId(m);
      return timeWait(m, fiber, step, begun(m, step, id), id);
    }
    default:
      throw new Corruption(
        `The interpreter does not perform ${(step as { type: string }).type}, at ${(step as { path: string }).path}.`,
      );
  }
}

/** Journals the start of the current step; its place names that entry. */
function begun(m: Machine, step: ProgramStep, commandId?: CommandId): StepPlace {
  const data: StepEntryData = commandId === undefined ? { type: step.type } : { type: step.type, commandId };
  stepEntry(m, m.place, "RUNNING", data);
  return m.place;
}
