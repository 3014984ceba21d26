import type { EventWaitStep } from "../../program/program.ts";
import { instantMs } from "../../time/instant.ts";
import type { Json } from "../../values/json.ts";
import { payloadData, stepEntry, verdictEntry, waitEntry } from "../entries.ts";
import { Corruption, noValue, runError, StepFailure } from "../failure.ts";
import { eventFacts, eventMatchesFilters } from "../filters.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import {
  closeCommand,
  fiberOf,
  issue,
  openCommand,
  pushFrame,
  replaceOpen,
  takeCommandId,
  topFrame,
  withdraw,
} from "../machine.ts";
import { describe, evaluate, openScope } from "../scope.ts";
import { admit, weigh } from "../size.ts";
import { takenFrame } from "../step-frame.ts";
import { writeTarget } from "../targets.ts";
import type {
  CommandId,
  CommandOf,
  InboundEvent,
  Instant,
  OpenCommand,
  StepPlace,
  ValueReference,
  WaitEntryData,
  WaitFilter,
} from "../transition.ts";
import { failStep, stepFailure } from "../unwind.ts";
import { evaluateMs, resolveWhen } from "../when.ts";
import { writeAll } from "./assign.ts";

type Filters = NonNullable<EventWaitStep["filters"]>;
type OpenWait = CommandOf<"openWait">;
type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Computes once what the wait waits for, and opens it. */
export function eventWait(m: Machine, fiber: WorkFiber, step: EventWaitStep, place: StepPlace, id: CommandId): void {
  const command: Draft<OpenWait> = {
    id,
    kind: "openWait",
    place,
    event: evaluateName(m, fiber, step),
    key: evaluateKey(m, fiber, step),
    filters: step.filters === undefined ? [] : evaluateFilters(m, fiber, step.filters),
  };
  if (step.lookbackMs !== undefined) {
    const lookbackMs = evaluateMs(m, fiber, step.lookbackMs, "lookbackMs", m.behaviour.waitMsMax);
    command.lookbackMs = lookbackMs > 0 ? lookbackMs : 0;
  }
  const timeout = step.timeout === undefined ? undefined : resolveWhen(m, fiber, step.timeout);
  if (timeout !== undefined && "dueAt" in timeout) command.timeoutAt = timeout.dueAt;
  admit(m, weigh(m, command.filters as unknown as Json));

  const kept = keptEvent(m, command);
  if (kept !== undefined) {
    // It came before, past the inbox: nothing has to be opened.
    m.kept = m.kept.filter((event) => event !== kept);
    taken(m, fiber, step, place, command, kept, undefined);
    return;
  }
  m.remoteSteps += 1;
  const timerId = timeout === undefined ? undefined : takeCommandId(m);
  pushFrame(m, fiber, {
    kind: "step",
    place,
    commands: timerId === undefined ? [id] : [id, timerId],
    fuel: m.stepFuel,
  });
  fiber.status = "blocked";
  waitEntry(m, place, id, "event", "WAITING", waitFacts(command));
  stepEntry(m, place, "WAITING", { commandId: id });
  issue(m, fiber.id, command);
  if (timeout !== undefined && timerId !== undefined)
    issue(m, fiber.id, { id: timerId, kind: "startTimer", place, when: timeout });
}

function evaluateName(m: Machine, fiber: WorkFiber, step: EventWaitStep): string {
  const name = evaluate(m, fiber, step.event);
  if (name === undefined || name === null || name === "") throw noValue("event");
  if (typeof name !== "string")
    throw new StepFailure(
      "ExpressionError",
      "VALUE_TYPE",
      `The name of an event is a text, and this is ${describe(name)}.`,
    );
  return name;
}

/** A key is text: a number as its shortest decimal, so that 12, 12.0 and "12" are one key. */
function evaluateKey(m: Machine, fiber: WorkFiber, step: EventWaitStep): string {
  const key = evaluate(m, fiber, step.correlationKey);
  if (key === undefined || key === null || key === "") throw noValue("correlationKey");
  if (typeof key === "object") {
    throw new StepFailure(
      "ExpressionError",
      "VALUE_TYPE",
      `A correlation key is a text, a number or a boolean, and this is ${describe(key)}.`,
    );
  }
  return "" + key;
}

function evaluateFilters(m: Machine, fiber: WorkFiber, filters: Filters): WaitFilter[] {
  const evaluated: WaitFilter[] = [];
  for (let i = 0; i < filters.length; i += 1) {
    const { path, op, value, valuePath } = filters[i] as Filters[number];
    if (valuePath !== undefined) {
      evaluated.push({ path, op, valuePath });
      continue;
    }
    const given = value === undefined ? undefined : evaluate(m, fiber, value);
    evaluated.push(given === undefined ? { path, op } : { path, op, value: given });
  }
  return evaluated;
}

function keptEvent(m: Machine, wait: OpenWait): InboundEvent | undefined {
  for (let i = 0; i < m.kept.length; i += 1) {
    const event = m.kept[i] as InboundEvent;
    const since = wait.lookbackMs === undefined ? undefined : m.nowMs - wait.lookbackMs;
    if (wait.lookbackMs === 0 || (since !== undefined && !(instantMs(event.receivedAt) >= since))) continue;
    if (waitsFor(wait, event)) return event;
  }
  return undefined;
}

/** Whether a wait takes the event: its name, its key, and every filter. */
export function waitsFor(wait: OpenWait, event: InboundEvent): boolean {
  return wait.event === event.name && wait.key === event.correlationKey && eventMatchesFilters(event, wait.filters);
}

/** What the entries of a wait say of it. */
export function waitFacts(wait: OpenWait): WaitEntryData {
  const data: Draft<WaitEntryData> = { event: wait.event, key: wait.key, filters: wait.filters };
  if (wait.timeoutAt !== undefined) data.timeoutAt = wait.timeoutAt;
  if (wait.lookbackMs !== undefined) data.lookbackMs = wait.lookbackMs;
  return data;
}

/** An open wait takes an event. */
export function takeEvent(
  m: Machine,
  open: OpenCommand,
  event: InboundEvent,
  reference: ValueReference | undefined,
): void {
  const wait = open.command as OpenWait;
  const fiber = fiberOf(m, open.fiber);
  const place = closeWait(m, fiber, open, "taken");
  try {
    taken(m, fiber, waitStep(m, place), place, wait, event, reference);
  } catch (thrown) {
    if (!(thrown instanceof StepFailure)) throw thrown;
    stepFailure(m, fiber, place, thrown);
  }
}

function taken(
  m: Machine,
  fiber: WorkFiber,
  step: EventWaitStep,
  place: StepPlace,
  wait: OpenWait,
  event: InboundEvent,
  reference: ValueReference | undefined,
): void {
  m.taken = [...m.taken, event.id];
  m.bytesBound += event.id.length + 3;
  verdictEntry(m, event.id, "taken", { waitId: wait.id });
  waitEntry(m, place, wait.id, "event", "RESOLVED", {
    ...waitFacts(wait),
    resolvedBy: "event",
    eventId: event.id,
    source: event.source,
    receivedAt: event.receivedAt,
    ...payloadData(event.payload, reference),
  });
  const facts = eventFacts(event);
  const bytes = weigh(m, facts);
  if (step.saveAs !== undefined) writeTarget(m, fiber, step.saveAs, event.payload, bytes);
  writeTarget(m, fiber, ["vars", "event"], facts, bytes);
  writeTarget(m, fiber, ["vars", "eventName"], event.name, event.name.length + 2);
  if (step.assign !== undefined) {
    openScope(m, fiber, { event: facts });
    writeAll(m, fiber, step.assign);
  }
  stepEntry(m, place, "SUCCEEDED");
}

/** The wait's timeout is due. Until the wait has been opened, which looks for events that came before, it is only noted. */
export function waitTimedOut(m: Machine, timer: OpenCommand): void {
  const timerCommand = timer.command as CommandOf<"startTimer">;
  const open = openWaitOf(m, timer);
  closeCommand(m, timerCommand.id);
  if (open.opened === true) endByTimeout(m, open);
  else replaceOpen(m, open, { ...open, due: true });
}

function openWaitOf(m: Machine, timer: OpenCommand): OpenCommand {
  const frame = topFrame(fiberOf(m, timer.fiber));
  // The commands of an event.wait are its wait and then its timer.
  const open = frame?.kind === "step" ? openCommand(m, frame.commands[0] as CommandId) : undefined;
  if (open === undefined || open.command.kind !== "openWait")
    throw new Corruption(`The timer ${timer.command.id} belongs to no open wait.`);
  return open;
}

export function endByTimeout(m: Machine, open: OpenCommand): void {
  const wait = open.command as OpenWait;
  const fiber = fiberOf(m, open.fiber);
  const place = closeWait(m, fiber, open, "timeout");
  waitEntry(m, place, wait.id, "event", "RESOLVED", { ...waitFacts(wait), resolvedBy: "timeout" });
  const message = `No event ${wait.event} with the key ${wait.key} came in time.`;
  failStep(
    m,
    fiber,
    place,
    runError(m, place, "TimeoutError", "WAIT_TIMEOUT", message, { event: wait.event, key: wait.key }),
  );
}

/** The shell has computed when the timeout is due. */
export function waitTimeoutStarted(m: Machine, timer: OpenCommand, dueAt: Instant): void {
  const command = timer.command as CommandOf<"startTimer">;
  if ("dueAt" in command.when && command.when.dueAt === dueAt) return;
  const open = openWaitOf(m, timer);
  const wait: OpenWait = { ...(open.command as OpenWait), timeoutAt: dueAt };
  replaceOpen(m, timer, { ...timer, command: { ...command, when: { dueAt } } });
  replaceOpen(m, open, { ...open, command: wait });
  waitEntry(m, wait.place, wait.id, "event", "WAITING", waitFacts(wait));
}

/** Takes the step's frame and closes its wait and timer. */
function closeWait(m: Machine, fiber: WorkFiber, open: OpenCommand, outcome: "taken" | "timeout"): StepPlace {
  const { id } = open.command;
  const { place, commands } = takenFrame(m, fiber, id);
  closeCommand(m, id);
  if (!withdraw(m, id)) m.commands.push({ id, kind: "closeWait", outcome });
  const timerId = commands[1];
  if (timerId !== undefined && openCommand(m, timerId) !== undefined) {
    closeCommand(m, timerId);
    if (!withdraw(m, timerId)) m.commands.push({ id: timerId, kind: "cancelTimer" });
  }
  return place;
}

function waitStep(m: Machine, place: StepPlace): EventWaitStep {
  const step = m.index.steps.get(place.stepPath);
  if (step?.type !== "event.wait") throw new Corruption(`There is no event.wait at ${place.stepPath}.`);
  return step;
}
