import { canonicalHash } from "../../canonical/canonical-hash.ts";
import type { CallWorkflowStep } from "../../program/program.ts";
import { instantFromMs } from "../../time/instant.ts";
import type { Json } from "../../values/json.ts";
import { outputData, stepEntry, waitEntry } from "../entries.ts";
import { Corruption, runError, StepFailure } from "../failure.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { closeCommand, fiberOf, issue, pushFrame, replaceOpen, takeCommandId } from "../machine.ts";
import { nextDelayMs } from "../retry.ts";
import { evaluate, openScope } from "../scope.ts";
import { admit, weigh, weighResult } from "../size.ts";
import { takenFrame } from "../step-frame.ts";
import { writeTarget } from "../targets.ts";
import type {
  CommandId,
  CommandOf,
  Frame,
  OpenCommand,
  RunError,
  RunEvent,
  StepPlace,
  WaitEntryData,
} from "../transition.ts";
import { failStep, stepFailure } from "../unwind.ts";
import { writeAll } from "./assign.ts";

type EventOf<K extends RunEvent["kind"]> = Extract<RunEvent, { kind: K }>;
type StartChild = CommandOf<"startChild">;
type StepFrame = Extract<Frame, { kind: "step" }>;

const parseInteger = Number.parseInt;

/** Computes the child's payload once, for all tries. */
export function callWorkflow(
  m: Machine,
  fiber: WorkFiber,
  step: CallWorkflowStep,
  place: StepPlace,
  id: CommandId,
): void {
  const input = evaluate(m, fiber, step.input) ?? null;
  admit(m, weighResult(m, input));
  begin(m, fiber, step, { kind: "step", place, commands: [id], fuel: m.stepFuel, call: { attempt: 1 } }, input);
}

/** One try: a child run of its own. */
function begin(m: Machine, fiber: WorkFiber, step: CallWorkflowStep, frame: StepFrame, input: Json): void {
  const { place, commands, call } = frame;
  const id = commands[0] as CommandId;
  const attempt = call?.attempt ?? 1;
  m.remoteSteps += 1;
  pushFrame(m, fiber, frame);
  fiber.status = "blocked";
  waitEntry(m, place, id, "child", "WAITING", { workflow: step.workflow });
  stepEntry(m, place, "WAITING", { commandId: id, attempt });
  const { workflow, version } = step;
  issue(m, fiber.id, { id, kind: "startChild", place, workflow, version, input, attempt });
}

export function childStarted(m: Machine, open: OpenCommand, { runId }: EventOf<"childStarted">): void {
  replaceOpen(m, open, { ...open, runId });
  m.bytesBound += runId.length + 12;
  const { place, id } = open.command as StartChild;
  waitEntry(m, place, id, "child", "WAITING", descriptor(open, runId));
}

function descriptor(open: OpenCommand, runId = open.runId): WaitEntryData {
  const { workflow } = open.command as StartChild;
  return runId === undefined ? { workflow } : { workflow, key: runId };
}

export function childSucceeded(m: Machine, open: OpenCommand, { result }: EventOf<"childSucceeded">): void {
  const { fiber, step, frame } = takeCall(m, open);
  const { place } = frame;
  const { attempt } = open.command as StartChild;
  try {
    const { output } = result;
    if (step.saveAs !== undefined) writeTarget(m, fiber, step.saveAs, output, weigh(m, output));
    if (step.output !== undefined) {
      openScope(m, fiber, { childRun: result as unknown as Json });
      writeAll(m, fiber, step.output);
    }
    stepEntry(m, place, "SUCCEEDED", { attempt, ...outputData(output, undefined) });
  } catch (thrown) {
    if (!(thrown instanceof StepFailure)) throw thrown;
    stepFailure(m, fiber, place, thrown);
  }
}

/** A try failed: the next one, after its delay, or the end of the step. */
export function childFailed(m: Machine, open: OpenCommand, event: EventOf<"childFailed">): void {
  const { fiber, step, frame } = takeCall(m, open);
  const { place } = frame;
  const { input, attempt, id } = open.command as StartChild;
  const error = errorOf(m, open, event);
  const delayMs = delayAfter(m, step, event, error, attempt, id);
  if (delayMs === undefined) {
    failStep(m, fiber, place, error);
    return;
  }
  stepEntry(m, place, "WAITING", { attempt, error });
  const next = takeCommandId(m);
  if (delayMs <= 0) {
    begin(m, fiber, step, { ...frame, commands: [next], call: { attempt: attempt + 1 } }, input);
    return;
  }
  pushFrame(m, fiber, { ...frame, commands: [next], call: { attempt, input } });
  fiber.status = "blocked";
  const dueAt = instantFromMs(m.nowMs + delayMs);
  issue(m, fiber.id, { id: next, kind: "startTimer", place, when: { dueAt } });
}

/** The error of the step: of a child that was started it is the child's, inside ours. */
function errorOf(m: Machine, open: OpenCommand, { error }: EventOf<"childFailed">): RunError {
  const { place, workflow, attempt } = open.command as StartChild;
  const { category, code, message, details } = error;
  const isCanceled = category === "Cancellation";
  if (open.runId === undefined && !isCanceled) return runError(m, place, category, code, message, details, attempt);
  const inside: Json = { workflow, error: error as unknown as Json };
  if (open.runId !== undefined) inside["runId"] = open.runId;
  return isCanceled
    ? runError(
        m,
        place,
        "ChildWorkflowError",
        "CHILD_CANCELED",
        `The run of ${workflow} was cancelled.`,
        inside,
        attempt,
      )
    : runError(
        m,
        place,
        "ChildWorkflowError",
        "CHILD_FAILED",
        `The run of ${workflow} failed: ${message}`,
        inside,
        attempt,
      );
}

/** `retryOn` may name the child's own error as well as ours. A child that somebody cancelled is not tried again. */
function delayAfter(
  m: Machine,
  step: CallWorkflowStep,
  event: EventOf<"childFailed">,
  error: RunError,
  attempt: number,
  id: CommandId,
): number | undefined {
  const { retry } = step;
  if (retry === undefined || error.code === "CHILD_CANCELED") return undefined;
  const chance = retry.jitter ? parseInteger(canonicalHash([m.system.runId, id]).slice(0, 8), 16) / 4_294_967_296 : 0;
  return nextDelayMs(retry, event.error, attempt, chance) ?? nextDelayMs(retry, error, attempt, chance);
}

/** The delay before the next try is over. */
export function childRetryDue(m: Machine, timer: OpenCommand): void {
  const fiber = fiberOf(m, timer.fiber);
  const frame = takenFrame(m, fiber, timer.command.id);
  closeCommand(m, timer.command.id);
  const { attempt, input } = frame.call ?? { attempt: 0 };
  if (input === undefined) throw new Corruption(`The step at ${frame.place.stepPath} has no child to try again.`);
  const call = { attempt: attempt + 1 };
  begin(m, fiber, callAt(m, frame.place), { ...frame, commands: [takeCommandId(m)], call }, input);
}

function takeCall(
  m: Machine,
  open: OpenCommand,
): { readonly fiber: WorkFiber; readonly step: CallWorkflowStep; readonly frame: StepFrame } {
  const fiber = fiberOf(m, open.fiber);
  const frame = takenFrame(m, fiber, open.command.id);
  closeCommand(m, open.command.id);
  waitEntry(m, frame.place, open.command.id, "child", "RESOLVED", { ...descriptor(open), resolvedBy: "child" });
  return { fiber, step: callAt(m, frame.place), frame };
}

function callAt(m: Machine, place: StepPlace): CallWorkflowStep {
  const step = m.index.steps.get(place.stepPath);
  if (step?.type !== "control.callWorkflow")
    throw new Corruption(`There is no control.callWorkflow at ${place.stepPath}.`);
  return step;
}
