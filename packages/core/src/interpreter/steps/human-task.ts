import type { HumanTaskStep, Value } from "../../program/program.ts";
import { taskCompletedEvent } from "../../contract/names.ts";
import type { Json } from "../../values/json.ts";
import { answerIssues } from "../answers.ts";
import { commandFailed } from "../command-failed.ts";
import { lateEntry, payloadData, stepEntry, verdictEntry, waitEntry } from "../entries.ts";
import { Corruption, noValue, runError, StepFailure } from "../failure.ts";
import { taskIdOf } from "../ids.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import {
  closeCommand,
  fiberOf,
  issue,
  openCommand,
  pushFrame,
  replaceOpen,
  replaceTop,
  takeCommandId,
  takeSeq,
  topFrame,
  withdraw,
} from "../machine.ts";
import { burn, describe, evaluate, openScope } from "../scope.ts";
import { admit, weigh, weighResult } from "../size.ts";
import { takenFrame } from "../step-frame.ts";
import { writeTarget } from "../targets.ts";
import type {
  CommandId,
  CommandOf,
  Frame,
  Instant,
  OpenCommand,
  RunEvent,
  StepPlace,
  TaskOffer,
  TaskOutcome,
  WaitEntryData,
} from "../transition.ts";
import { failStep, stepFailure } from "../unwind.ts";
import { evaluateCount, nextOf, resolveRecurrence, resolveWhen } from "../when.ts";
import { writeAll } from "./assign.ts";

type EventOf<K extends RunEvent["kind"]> = Extract<RunEvent, { kind: K }>;
type OpenTask = CommandOf<"openTask">;
type StepFrame = Extract<Frame, { kind: "step" }>;
type Draft<T> = { -readonly [K in keyof T]: T[K] };

const isArray = Array.isArray;

/** Computes once what people are asked, and asks them. */
export function humanTask(m: Machine, fiber: WorkFiber, step: HumanTaskStep, place: StepPlace, id: CommandId): void {
  const title = evaluateText(m, fiber, step.title, "title");
  if (title === undefined) throw noValue("title");
  const task: Draft<TaskOffer> = {
    taskId: taskIdOf(m.system.runId, id),
    title,
    assignTo: {},
    form: "schema" in step.form ? { schema: step.form.schema } : { ref: step.form.ref },
  };
  const description =
    step.description === undefined ? undefined : evaluateText(m, fiber, step.description, "description");
  if (description !== undefined) task.description = description;
  const context = step.context === undefined ? undefined : evaluate(m, fiber, step.context);
  if (context !== undefined) {
    weighResult(m, context);
    task.context = context;
  }
  task.assignTo = evaluatePeople(m, fiber, step);
  if (step.due !== undefined) task.due = resolveWhen(m, fiber, step.due);
  if (step.reminders !== undefined) {
    const max = evaluateCount(m, fiber, step.reminders.max, "max");
    task.reminders = { every: resolveRecurrence(m, fiber, step.reminders.every), max };
  }
  const timeout = step.timeout === undefined ? undefined : resolveWhen(m, fiber, step.timeout);
  if (timeout !== undefined && "dueAt" in timeout) task.timeoutAt = timeout.dueAt;
  admit(m, weigh(m, task as unknown as Json));

  m.remoteSteps += 1;
  const commands = [id];
  const timeoutId = timeout === undefined ? undefined : takeCommandId(m);
  if (timeoutId !== undefined) commands.push(timeoutId);
  const frame: StepFrame = { kind: "step", place, commands, fuel: m.stepFuel };
  pushFrame(m, fiber, frame);
  fiber.status = "blocked";
  waitEntry(m, place, id, "human", "WAITING", askedFacts(task));
  stepEntry(m, place, "WAITING", { commandId: id });
  issue(m, fiber.id, { id, kind: "openTask", place, task });
  if (timeout !== undefined && timeoutId !== undefined)
    issue(m, fiber.id, { id: timeoutId, kind: "startTimer", place, when: timeout });
  if (task.reminders !== undefined) awaitReminder(m, fiber, frame, task.reminders, 0);
}

function evaluateText(m: Machine, fiber: WorkFiber, value: Value, field: string): string | undefined {
  const text = evaluate(m, fiber, value);
  if (text === undefined || text === null) return undefined;
  if (typeof text === "object")
    throw new StepFailure("ExpressionError", "VALUE_TYPE", `${field} is a text, and this is ${describe(text)}.`, {
      field,
    });
  const written = "" + text;
  weighResult(m, written);
  return written;
}

/** Who is asked: lists of names, of which one may stand by itself. */
function evaluatePeople(m: Machine, fiber: WorkFiber, step: HumanTaskStep): TaskOffer["assignTo"] {
  const assignTo: Draft<TaskOffer["assignTo"]> = {};
  const users = evaluateNames(m, fiber, step.assignTo.users, "assignTo.users");
  if (users.length > 0) assignTo.users = users;
  const groups = evaluateNames(m, fiber, step.assignTo.groups, "assignTo.groups");
  if (groups.length > 0) assignTo.groups = groups;
  if (users.length === 0 && groups.length === 0) throw noValue("assignTo");
  return assignTo;
}

function evaluateNames(m: Machine, fiber: WorkFiber, value: Value | undefined, field: string): string[] {
  const found = value === undefined ? undefined : evaluate(m, fiber, value);
  if (found === undefined || found === null) return [];
  const names: readonly Json[] = isArray(found) ? found : [found];
  weighResult(m, found);
  return names.map((name) => {
    if (typeof name === "string" && name !== "") return name;
    const wrong = name === "" ? "an empty one" : describe(name);
    throw new StepFailure("ExpressionError", "VALUE_TYPE", `${field} are names, and this is ${wrong}.`, { field });
  });
}

function descriptor(task: TaskOffer): WaitEntryData {
  const data: Draft<WaitEntryData> = { event: taskCompletedEvent, key: task.taskId, title: task.title };
  if (task.timeoutAt !== undefined) data.timeoutAt = task.timeoutAt;
  if (task.due !== undefined && "dueAt" in task.due) data.dueAt = task.due.dueAt;
  return data;
}

/** What the entry that opens a task says of it. */
export function askedFacts(task: TaskOffer): WaitEntryData {
  return { ...descriptor(task), ...offered(task) };
}

/** What people are asked: said once, with the entry that opens the wait. */
function offered(task: TaskOffer): WaitEntryData {
  const { description, context, assignTo, form, reminders } = task;
  const asks: Draft<NonNullable<WaitEntryData["asks"]>> = { assignTo };
  if (description !== undefined) asks.description = description;
  if (context !== undefined) asks.context = context;
  if (reminders !== undefined) asks.remindersMax = reminders.max;
  return { asks, form };
}

/** The task is there; of a named form the schema is now known, and of business time the instant. */
export function taskOpened(m: Machine, open: OpenCommand, event: EventOf<"taskOpened">): void {
  const command = open.command as OpenTask;
  const { form } = command.task;
  const schema = event.schema ?? form.schema;
  if (schema === undefined) {
    const name = "ref" in form ? form.ref : "";
    commandFailed(m, open, { category: "ControlError", code: "FORM_UNKNOWN", message: `There is no form "${name}".` });
    return;
  }
  const task: Draft<TaskOffer> = { ...command.task, taskId: event.taskId };
  if ("ref" in form && form.schema === undefined) {
    task.form = { ref: form.ref, schema };
    m.bytesBound += weigh(m, schema);
  }
  if (event.dueAt !== undefined && task.due !== undefined && "business" in task.due) task.due = { dueAt: event.dueAt };
  replaceTask(m, open, task);
  if (open.answer !== undefined) decideAnswer(m, openCommand(m, open.command.id) as OpenCommand, open.answer);
}

function replaceTask(m: Machine, open: OpenCommand, task: TaskOffer): void {
  const command = open.command as OpenTask;
  const [before, after] = [descriptor(command.task), descriptor(task)];
  replaceOpen(m, open, { ...open, command: { ...command, task } });
  if (task.form !== command.task.form)
    waitEntry(m, command.place, command.id, "human", "WAITING", { ...after, form: task.form });
  else if (before.key !== after.key || before.dueAt !== after.dueAt || before.timeoutAt !== after.timeoutAt)
    waitEntry(m, command.place, command.id, "human", "WAITING", after);
}

/** The shell has computed when the timeout, or the next reminder, is due. */
export function taskTimerStarted(m: Machine, timer: OpenCommand, dueAt: Instant): void {
  const command = timer.command as CommandOf<"startTimer">;
  if ("dueAt" in command.when && command.when.dueAt === dueAt) return;
  replaceOpen(m, timer, { ...timer, command: { ...command, when: { dueAt } } });
  const { frame, open } = taskOf(m, timer);
  if (frame.reminders?.timer === command.id) return;
  replaceTask(m, open, { ...(open.command as OpenTask).task, timeoutAt: dueAt });
}

export function taskTimerFired(m: Machine, timer: OpenCommand): void {
  const { fiber, frame, open } = taskOf(m, timer);
  const { id } = timer.command;
  closeCommand(m, id);
  if (frame.reminders?.timer === id) {
    remind(m, fiber, frame, open);
    return;
  }
  const { task } = open.command as OpenTask;
  const place = closeTask(m, fiber, open, "timeout");
  waitEntry(m, place, open.command.id, "human", "RESOLVED", { ...descriptor(task), resolvedBy: "timeout" });
  failStep(
    m,
    fiber,
    place,
    runError(m, place, "TimeoutError", "WAIT_TIMEOUT", `Nobody answered "${task.title}" in time.`),
  );
}

function taskOf(
  m: Machine,
  timer: OpenCommand,
): { readonly fiber: WorkFiber; readonly frame: StepFrame; readonly open: OpenCommand } {
  const fiber = fiberOf(m, timer.fiber);
  const frame = topFrame(fiber);
  // The first command of a human.task is its task.
  const open = frame?.kind === "step" ? openCommand(m, frame.commands[0] as CommandId) : undefined;
  if (frame?.kind !== "step" || open === undefined || open.command.kind !== "openTask")
    throw new Corruption(`The timer ${timer.command.id} belongs to no open task.`);
  return { fiber, frame, open };
}

function remind(m: Machine, fiber: WorkFiber, frame: StepFrame, { command }: OpenCommand): void {
  const { task } = command as OpenTask;
  const { reminders } = task;
  if (reminders === undefined) throw new Corruption(`The task of ${frame.place.stepPath} has no reminders.`);
  const number = (frame.reminders?.sent ?? 0) + 1;
  const { stepId, stepPath, iteration, execution } = frame.place;
  m.journal.push({
    seq: takeSeq(m),
    at: m.now,
    kind: "reminder",
    stepId,
    stepPath,
    iteration,
    execution,
    waitId: command.id,
    data: { taskId: task.taskId, number, max: reminders.max },
  });
  awaitReminder(m, fiber, frame, reminders, number);
}

/** Starts the timer of the next reminder, where there is one. */
function awaitReminder(
  m: Machine,
  fiber: WorkFiber,
  frame: StepFrame,
  reminders: NonNullable<TaskOffer["reminders"]>,
  sent: number,
): void {
  const when = sent < reminders.max ? nextOf(m, reminders.every, sent === 0) : undefined;
  const commands = frame.commands.filter((id) => id !== frame.reminders?.timer);
  if (when === undefined) {
    replaceTop(m, fiber, { ...frame, commands, reminders: { sent } });
    return;
  }
  const timer = takeCommandId(m);
  replaceTop(m, fiber, { ...frame, commands: [...commands, timer], reminders: { timer, sent } });
  issue(m, fiber.id, { id: timer, kind: "startTimer", place: frame.place, when });
}

/** An answer: the open task takes it, or refuses it by its form and fails; a task that is closed ignores it. */
export function taskAnswered(m: Machine, event: EventOf<"taskAnswered">): void {
  const open = m.open.find(({ command }) => command.kind === "openTask" && command.task.taskId === event.taskId);
  if (open === undefined || open.answer !== undefined) {
    lateEntry(m, event.kind, event.submissionId ?? event.taskId);
    if (event.submissionId !== undefined) verdictEntry(m, event.submissionId, "ignored", { reason: "task-closed" });
    return;
  }
  if ((open.command as OpenTask).task.form.schema === undefined) {
    // The form's schema is on its way.
    m.bytesBound += weigh(m, event as unknown as Json);
    replaceOpen(m, open, { ...open, answer: event });
  } else decideAnswer(m, open, event);
}

function decideAnswer(m: Machine, open: OpenCommand, event: EventOf<"taskAnswered">): void {
  const { task } = open.command as OpenTask;
  const fiber = fiberOf(m, open.fiber);
  const frame = topFrame(fiber);
  if (frame?.kind !== "step") throw new Corruption(`The fiber ${fiber.id} waits for no task.`);
  const fuel = m.behaviour.stepFuelMax - frame.fuel;
  const { issues, fuelUsed } = event.override
    ? { issues: [], fuelUsed: 0 }
    : answerIssues(task, event.answer, m.behaviour.valueBytesMax, fuel);
  const place = closeTask(m, fiber, open, issues.length === 0 ? "answered" : "invalid");
  burn(m, fuelUsed);
  const data: Draft<WaitEntryData> = { ...descriptor(task), resolvedBy: "answer", receivedAt: m.now, by: event.by };
  if (event.submissionId !== undefined) data.eventId = event.submissionId;
  if (event.override) data.override = true;
  try {
    if (issues.length > 0) {
      if (event.submissionId !== undefined)
        verdictEntry(m, event.submissionId, "ignored", { waitId: open.command.id, reason: "answer-invalid" });
      waitEntry(m, place, open.command.id, "human", "RESOLVED", { ...data, invalid: true });
      const message = `The answer to "${task.title}" does not fit its form.`;
      throw new StepFailure("ValidationError", "ANSWER_INVALID", message, { issues } as unknown as Json);
    }
    if (event.submissionId !== undefined) verdictEntry(m, event.submissionId, "taken", { waitId: open.command.id });
    waitEntry(m, place, open.command.id, "human", "RESOLVED", {
      ...data,
      ...payloadData(event.answer, event.reference),
    });
    accepted(m, fiber, place, event);
  } catch (thrown) {
    if (!(thrown instanceof StepFailure)) throw thrown;
    stepFailure(m, fiber, place, thrown);
  }
}

function accepted(m: Machine, fiber: WorkFiber, place: StepPlace, event: EventOf<"taskAnswered">): void {
  const step = m.index.steps.get(place.stepPath);
  if (step?.type !== "human.task") throw new Corruption(`There is no human.task at ${place.stepPath}.`);
  const facts: Json = {
    id: event.submissionId ?? event.taskId,
    name: taskCompletedEvent,
    payload: event.answer,
    by: event.by,
    receivedAt: m.now,
  };
  const bytes = weigh(m, facts);
  if (step.saveAs !== undefined) writeTarget(m, fiber, step.saveAs, event.answer, bytes);
  writeTarget(m, fiber, ["vars", "event"], facts, bytes);
  writeTarget(m, fiber, ["vars", "eventName"], taskCompletedEvent, taskCompletedEvent.length + 2);
  if (step.assign !== undefined) {
    openScope(m, fiber, { event: facts });
    writeAll(m, fiber, step.assign);
  }
  stepEntry(m, place, "SUCCEEDED");
}

/** Takes the step's frame and closes its task and timers. */
function closeTask(m: Machine, fiber: WorkFiber, open: OpenCommand, outcome: TaskOutcome): StepPlace {
  const { id } = open.command;
  const { place, commands } = takenFrame(m, fiber, id);
  closeCommand(m, id);
  if (!withdraw(m, id)) m.commands.push({ id, kind: "closeTask", outcome });
  for (let i = 1; i < commands.length; i += 1) {
    const timer = commands[i] as CommandId;
    if (openCommand(m, timer) === undefined) continue;
    closeCommand(m, timer);
    if (!withdraw(m, timer)) m.commands.push({ id: timer, kind: "cancelTimer" });
  }
  return place;
}
