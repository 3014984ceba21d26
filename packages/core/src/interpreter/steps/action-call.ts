import { canonicalJson } from "../../canonical/canonical-json.ts";
import type { ActionCallStep, Value } from "../../program/program.ts";
import type { Json } from "../../values/json.ts";
import { outputData, stepEntry } from "../entries.ts";
import { Corruption, errorJson, noValue, runError, StepFailure } from "../failure.ts";
import { mayRemain } from "../finish.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { closeCommand, fiberOf, pushFrame, replaceOpen } from "../machine.ts";
import { issueCall, pauseOf } from "../pause.ts";
import { evaluate, evaluateInput } from "../scope.ts";
import { admit, weigh, weighResult } from "../size.ts";
import { writeTarget } from "../targets.ts";
import type { CommandId, CommandOf, OpenCommand, RunError, RunEvent, StepPlace } from "../transition.ts";
import { rememberStep } from "../undoable.ts";
import { failStep, unwind } from "../unwind.ts";
import { evaluateMs } from "../when.ts";
import { takenFrame } from "../step-frame.ts";

type EventOf<K extends RunEvent["kind"]> = Extract<RunEvent, { kind: K }>;

export function actionCall(m: Machine, fiber: WorkFiber, step: ActionCallStep, place: StepPlace, id: CommandId): void {
  const secrets: string[] = [];
  const input = evaluateInput(m, fiber, step.input, "", secrets) ?? null;
  const authoredKey = step.idempotencyKey === undefined ? undefined : evaluateKey(m, fiber, step.idempotencyKey);
  const timeoutMs =
    step.timeoutMs === undefined
      ? step.facts.timeoutMs
      : evaluateMs(m, fiber, step.timeoutMs, "timeoutMs", m.behaviour.actionTimeoutMsMax);
  admit(m, weighResult(m, input));
  const command: { -readonly [K in keyof CommandOf<"callAction">]: CommandOf<"callAction">[K] } = {
    id,
    kind: "callAction",
    place,
    action: step.action,
    facts: step.facts,
    input,
    timeoutMs: timeoutMs > 0 ? timeoutMs : 0,
    attemptsMade: 0,
  };
  if (secrets.length > 0) command.secrets = secrets;
  if (authoredKey !== undefined) command.authoredKey = authoredKey;
  if (step.retry !== undefined) command.retry = step.retry;
  if (step.facts.execution === "remote") m.remoteSteps += 1;
  pushFrame(m, fiber, { kind: "step", place, commands: [id], fuel: m.stepFuel });
  fiber.status = "blocked";
  issueCall(m, fiber.id, command);
}

/** An authored key is text: a number as its shortest decimal, an array or object as canonical JSON. */
function evaluateKey(m: Machine, fiber: WorkFiber, value: Value): string {
  const key = evaluate(m, fiber, value);
  if (key === undefined || key === null) throw noValue("idempotencyKey");
  return typeof key === "string" ? key : canonicalJson(key);
}

export function actionSucceeded(m: Machine, open: OpenCommand, event: EventOf<"actionSucceeded">): void {
  const { fiber, step, place } = takeCall(m, open);
  const bytes = weigh(m, event.output);
  if (bytes > m.behaviour.valueBytesMax) {
    const message = `The action's output has ${bytes} bytes as JSON; at most ${m.behaviour.valueBytesMax} are allowed.`;
    throw new StepFailure("ActionError", "ACTION_OUTPUT_INVALID", message, { bytes });
  }
  if (step.saveAs !== undefined) writeTarget(m, fiber, step.saveAs, event.output, bytes);
  const seq = m.nextSeq;
  stepEntry(m, place, "SUCCEEDED", { attempt: event.attempt, ...outputData(event.output, event.reference) });
  if (step.compensate !== undefined && step.compensate.length > 0) rememberStep(m, fiber, place, seq);
}

export function actionFailed(m: Machine, open: OpenCommand, event: EventOf<"actionFailed">): void {
  const { fiber, step, place } = takeCall(m, open);
  const { category, code, message, attempt, details } = event.error;
  if (step.facts.effect !== "none" && (category === "TimeoutError" || code === "OUTCOME_UNKNOWN")) {
    mayRemain(m, { stepPath: place.stepPath, iteration: place.iteration });
  }
  failStep(m, fiber, place, runError(m, place, category, code, message, details, attempt));
}

/** A segment's try failed and may be repeated: the same call goes on as an ordinary activity. */
export function actionHandedBack(m: Machine, open: OpenCommand, event: EventOf<"actionHandedBack">): void {
  const command: CommandOf<"callAction"> = {
    ...(open.command as CommandOf<"callAction">),
    attemptsMade: event.attemptsMade,
    handedBack: true,
  };
  m.remoteSteps += 1;
  if (pauseOf(m) === undefined) {
    replaceOpen(m, open, { ...open, command });
    m.commands.push(command);
  } else replaceOpen(m, open, { ...open, command, held: true });
}

function takeCall(m: Machine, open: OpenCommand): { fiber: WorkFiber; step: ActionCallStep; place: StepPlace } {
  const fiber = fiberOf(m, open.fiber);
  const { place } = takenFrame(m, fiber, open.command.id);
  closeCommand(m, open.command.id);
  const step = m.index.steps.get(place.stepPath);
  if (step?.type !== "action.call") throw new Corruption(`There is no action.call at ${place.stepPath}.`);
  return { fiber, step, place };
}

/** `onError: continue`: binds the error and lets the next step run. */
export function continueOnError(m: Machine, fiber: WorkFiber, place: StepPlace, error: RunError): boolean {
  const step = m.index.steps.get(place.stepPath);
  if ((step?.type !== "action.call" && step?.type !== "control.callWorkflow") || step.onError?.policy !== "continue")
    return false;
  try {
    const value: Json = errorJson(error);
    writeTarget(m, fiber, step.onError.captureErrorAs ?? ["vars", "error"], value, weigh(m, value));
  } catch (thrown) {
    if (!(thrown instanceof StepFailure)) throw thrown;
    unwind(m, fiber, {
      kind: "error",
      error: runError(m, place, thrown.category, thrown.code, thrown.message, thrown.details),
    });
    return true;
  }
  fiber.status = "ready";
  return true;
}
