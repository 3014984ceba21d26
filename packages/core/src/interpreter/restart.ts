import type { Program, ProgramStep } from "../program/program.ts";
import { instantFromMs, instantMs } from "../time/instant.ts";
import { stepEntry, waitEntry } from "./entries.ts";
import { taskIdOf } from "./ids.ts";
import { restartInput } from "./input.ts";
import type { Machine, WorkFiber } from "./machine.ts";
import { machineOf, takeSeq } from "./machine.ts";
import { programIndex } from "./program-index.ts";
import type { RunState } from "./run-state.ts";
import { waitFacts } from "./steps/event-wait.ts";
import { askedFacts } from "./steps/human-task.ts";
import type {
  Command,
  CommandOf,
  Frame,
  Instant,
  OpenCommand,
  RestartOrigin,
  StartContext,
  StepPlace,
  Undoable,
} from "./transition.ts";

// Bound once, as in the machine.
const OwnMap = Map;

/**
 * The machine of a run that begins in another one's state. Its `seq`s begin at 1 again, and a step execution is named by the `seq` of the
 * entry that began it: so each step that is under way is journalled as begun here, and its place follows.
 */
export function restartedMachine(
  program: Program,
  origin: RunState,
  context: StartContext,
  from: RestartOrigin,
): Machine {
  const m = machineOf(
    program,
    {
      ...origin,
      system: context,
      // A pause is met again by the calls that it held, a yield by the next one that is due.
      open: origin.open.filter(({ command }) => command.kind !== "pause" && command.kind !== "yield"),
      nextSeq: 1,
      counters: { ...origin.counters, steps: 0, remoteSteps: 0, turn: context.turn, fuelInTurn: 0, yields: 0 },
      status: "RUNNING",
    },
    context.now,
  );
  restartInput(m, context, from);
  m.journal.push({ seq: takeSeq(m), at: m.now, kind: "run", status: "RUNNING" });
  if (m.state !== null) m.journal.push({ seq: takeSeq(m), at: m.now, kind: "state", data: m.state });
  const shiftMs = instantMs(context.now) - instantMs(from.at);
  m.open = m.open.map((open) => anew(m, open, shiftMs));
  const moved = new OwnMap<number, StepPlace>();
  for (const fiber of m.fibers) tellFrames(m, fiber, origin.nextSeq, moved);
  m.open = m.open.map((open) => placedAnew(open, moved));
  for (const { command } of m.open) m.commands.push(command);
  return m;
}

/** The command as the new run gives it: nothing of it was performed yet. */
function anew(m: Machine, { command, fiber }: OpenCommand, shiftMs: number): OpenCommand {
  return { command: commandAnew(m, command, shiftMs), fiber };
}

function commandAnew(m: Machine, command: Command, shiftMs: number): Command {
  switch (command.kind) {
    case "callAction": {
      const { handedBack: _, ...call } = command;
      return { ...call, attemptsMade: 0 };
    }
    case "startTimer": {
      if (!("dueAt" in command.when) || !goesOnWaiting(m, command)) return command;
      return { ...command, when: { dueAt: later(command.when.dueAt, shiftMs) } };
    }
    case "openWait": {
      if (command.timeoutAt === undefined || !isSpan(m, command.place, "timeout")) return command;
      return { ...command, timeoutAt: later(command.timeoutAt, shiftMs) };
    }
    case "openTask":
      return { ...command, task: taskAnew(m, command, shiftMs) };
    default:
      return command;
  }
}

function taskAnew(
  m: Machine,
  { id, place, task }: CommandOf<"openTask">,
  shiftMs: number,
): CommandOf<"openTask">["task"] {
  const anewTask = { ...task, taskId: taskIdOf(m.system.runId, id) };
  if (task.timeoutAt !== undefined && isSpan(m, place, "timeout")) anewTask.timeoutAt = later(task.timeoutAt, shiftMs);
  if (task.due !== undefined && "dueAt" in task.due && isSpan(m, place, "due"))
    anewTask.due = { dueAt: later(task.due.dueAt, shiftMs) };
  return anewTask;
}

/** Whether a timer measures a span of time, which goes on where it stood; an instant of the calendar stays where it is. */
function goesOnWaiting(m: Machine, { id, place }: CommandOf<"startTimer">): boolean {
  const step = stepAt(m, place);
  switch (step?.type) {
    case "time.wait":
      return step.when.kind === "durationMs";
    case "event.wait":
      return step.timeout?.kind === "durationMs";
    case "human.task":
      return isReminder(m, id) || step.timeout?.kind === "durationMs";
    default:
      return true;
  }
}

function isReminder(m: Machine, id: string): boolean {
  return m.fibers.some(({ frames }) => frames.some((frame) => frame.kind === "step" && frame.reminders?.timer === id));
}

function isSpan(m: Machine, place: StepPlace, field: "timeout" | "due"): boolean {
  const step = stepAt(m, place);
  if (step?.type === "event.wait") return step.timeout?.kind === "durationMs";
  return step?.type === "human.task" && step[field]?.kind === "durationMs";
}

function stepAt(m: Machine, place: StepPlace): ProgramStep | undefined {
  return m.index.steps.get(place.stepPath);
}

function later(at: Instant, byMs: number): Instant {
  return byMs > 0 ? instantFromMs(instantMs(at) + byMs) : at;
}

/** Journals the steps that a fiber is in, outermost first, and gives them their new places. */
function tellFrames(m: Machine, fiber: WorkFiber, originNextSeq: number, moved: Map<number, StepPlace>): void {
  fiber.frames = fiber.frames.map((frame) => {
    if (frame.kind === "sequence") return frame;
    const place: StepPlace = { ...frame.place, execution: m.nextSeq };
    moved.set(frame.place.execution, place);
    const acting = frame.kind === "step" ? frame.commands[0] : undefined;
    const type = stepAt(m, place)?.type;
    stepEntry(m, place, "RUNNING", {
      ...(type === undefined ? {} : { type }),
      ...(acting === undefined ? {} : { commandId: acting }),
    });
    if (frame.kind === "step") tellWaiting(m, frame, place);
    return withPlace(frame, place, originNextSeq);
  });
  if (fiber.completed !== undefined) fiber.completed = fiber.completed.map((step) => before(step, originNextSeq));
}

function placedAnew(open: OpenCommand, moved: ReadonlyMap<number, StepPlace>): OpenCommand {
  const { command } = open;
  const place = "place" in command ? moved.get(command.place.execution) : undefined;
  return place === undefined ? open : ({ ...open, command: { ...command, place } } as OpenCommand);
}

/** What the step waits for, as its own code journals it. */
function tellWaiting(m: Machine, frame: Extract<Frame, { kind: "step" }>, place: StepPlace): void {
  const id = frame.commands[0];
  const command = m.open.find((open) => open.command.id === id)?.command;
  if (id === undefined || command === undefined) return;
  switch (command.kind) {
    case "openWait":
      waitEntry(m, place, id, "event", "WAITING", waitFacts(command));
      break;
    case "openTask":
      waitEntry(m, place, id, "human", "WAITING", askedFacts(command.task));
      break;
    case "startChild":
      waitEntry(m, place, id, "child", "WAITING", { workflow: command.workflow });
      break;
    case "startTimer":
      if (stepAt(m, place)?.type === "time.wait")
        waitEntry(m, place, id, "time", "WAITING", "dueAt" in command.when ? { timeoutAt: command.when.dueAt } : {});
      break;
    default:
      return;
  }
  stepEntry(m, place, "WAITING", { commandId: id });
}

function withPlace(frame: Exclude<Frame, { kind: "sequence" }>, place: StepPlace, originNextSeq: number): Frame {
  if (frame.kind !== "saga") return { ...frame, place };
  return { ...frame, place, completed: frame.completed.map((step) => before(step, originNextSeq)) };
}

/** A step that the other run completed: undone after all that this one completes, and named by no entry of it. */
function before(step: Undoable, originNextSeq: number): Undoable {
  return {
    ...step,
    seq: step.seq - originNextSeq,
    place: { ...step.place, execution: step.place.execution - originNextSeq },
  };
}

/**
 * Paths of the state's stack that a program has not, or at which another step stands there: a run of that program cannot begin in this state.
 * @param stepId of the step that the state stands before, at `stepPath`
 */
export function restartMisfits(
  program: Program,
  state: RunState,
  step: { stepId: string; stepPath: string },
): string[] {
  const index = programIndex(program);
  const misfits = new Set<string>();
  const expect = (stepPath: string, stepId: string): void => {
    if (index.steps.get(stepPath)?.id !== stepId) misfits.add(stepPath);
  };
  expect(step.stepPath, step.stepId);
  const completed = (steps: readonly Undoable[]): void => {
    for (const { place } of steps) expect(place.stepPath, place.stepId);
  };
  for (const fiber of state.fibers) {
    for (const frame of fiber.frames) {
      if (frame.kind === "sequence") {
        const list = index.lists.get(frame.path);
        if (list === undefined || frame.pc > list.length) misfits.add(frame.path);
        continue;
      }
      expect(frame.place.stepPath, frame.place.stepId);
      if (frame.kind === "saga") completed(frame.completed);
    }
    if (fiber.undoes !== undefined) expect(fiber.undoes.place.stepPath, fiber.undoes.place.stepId);
    completed(fiber.completed ?? []);
  }
  return [...misfits];
}
