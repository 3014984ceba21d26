import type { Program } from "../program/program.ts";
import { programFormat } from "../program/program.ts";
import type { Json } from "../values/json.ts";
import { lateEntry, verdictEntry } from "./entries.ts";
import { Corruption, runError, StepFailure } from "./failure.ts";
import { commandFailed } from "./command-failed.ts";
import { corruption, finish } from "./finish.ts";
import { eventArrived, waitOpened } from "./inbound.ts";
import { restartInput, resumeInput, startInput } from "./input.ts";
import type { Machine } from "./machine.ts";
import { closeCommand, fiberOf, machineOf, newMachine, openCommand, runPlace, seal, takeSeq } from "./machine.ts";
import { actionHeld, quotaReleased } from "./pause.ts";
import { restartedMachine } from "./restart.ts";
import { runFibers } from "./run-fibers.ts";
import { weigh } from "./size.ts";
import { actionFailed, actionHandedBack, actionSucceeded } from "./steps/action-call.ts";
import { waitTimedOut, waitTimeoutStarted } from "./steps/event-wait.ts";
import { childFailed, childRetryDue, childStarted, childSucceeded } from "./steps/call-workflow.ts";
import { taskAnswered, taskOpened, taskTimerFired, taskTimerStarted } from "./steps/human-task.ts";
import { undoTimedOut } from "./steps/saga.ts";
import { timeWaitFired, timeWaitStarted } from "./steps/time-wait.ts";
import type {
  Command,
  CommandOf,
  Instant,
  OpenCommand,
  RestartOrigin,
  RunEvent,
  RunState,
  StartContext,
  Transition,
  ValueReference,
} from "./transition.ts";
import { cancelRun, cancelTimedOut, endAtOnce, stepFailure } from "./unwind.ts";

const outcomeKinds: readonly string[] = ["succeeded", "failed", "canceled"];

/**
 * Begins a run.
 * @param payloadReference names the payload in the journal where that is over 1 KiB
 * @param stopBefore ends the transition before the step that the entry of this `seq` begins: what a restart goes on from
 */
export function start(
  program: Program,
  payload: Json,
  context: StartContext,
  payloadReference?: ValueReference,
  stopBefore = 0,
): Transition {
  try {
    const m = newMachine(program, payload, context);
    m.stopBefore = stopBefore;
    startInput(m, payload, context, payloadReference);
    m.bytesBound = weigh(m, payload);
    m.journal.push({ seq: takeSeq(m), at: m.now, kind: "run", status: "RUNNING" });
    if (program.format !== programFormat)
      throw new Corruption(`The program has the format ${String(program.format)}; this interpreter reads another.`);
    runFibers(m);
    return seal(m);
  } catch (thrown) {
    const m = newMachine(withoutSteps(program), payload, context);
    startInput(m, payload, context, payloadReference);
    m.journal.push({ seq: takeSeq(m), at: m.now, kind: "run", status: "RUNNING" });
    endAtOnce(m, undefined, corruption(m, reasonOf(thrown)));
    return seal(m);
  }
}

/**
 * Begins a run where another one stood: its state at that moment, with places, times and ids of the new run, and what was open is commanded
 * anew. The journal says so with its first entry, and tells of every step that is under way as if it had just begun.
 * @param origin the state before the step, as `foldBefore` gives it
 * @param stopBefore as of `start`
 */
export function restart(
  program: Program,
  origin: RunState,
  context: StartContext,
  from: RestartOrigin,
  stopBefore = 0,
): Transition {
  try {
    if (origin.format !== 1)
      throw new Corruption(`The state has the format ${String(origin.format)}; this interpreter reads 1.`);
    if (origin.semantics !== program.semantics)
      throw new Corruption(`The state follows semantics ${origin.semantics}, the program ${program.semantics}.`);
    const m = restartedMachine(program, origin, context, from);
    m.stopBefore = stopBefore;
    runFibers(m);
    return seal(m);
  } catch (thrown) {
    const m = newMachine(withoutSteps(program), null, context);
    restartInput(m, context, from);
    m.journal.push({ seq: takeSeq(m), at: m.now, kind: "run", status: "RUNNING" });
    endAtOnce(m, undefined, corruption(m, reasonOf(thrown)));
    return seal(m);
  }
}

/** A program that surely can be indexed, for a run that has to end. */
function withoutSteps(program: Program): Program {
  return { ...program, steps: [], semantics: program.semantics === 1 ? 1 : 2 };
}

/**
 * Goes on with a run. Total: whatever state and event are, it returns, and what cannot be resolved ends the run.
 * @param stopBefore as of `start`
 */
export function resume(program: Program, state: RunState, event: RunEvent, stopBefore = 0): Transition {
  try {
    if (state.format !== 1)
      throw new Corruption(`The state has the format ${String(state.format)}; this interpreter reads 1.`);
    const m = machineOf(program, state, event.now);
    m.stopBefore = stopBefore;
    resumeInput(m, event);
    if (m.outcome !== undefined) {
      if (!outcomeKinds.includes(m.outcome.status)) throw new Corruption("The run has ended in no way that there is.");
      afterTheEnd(m, event);
      return seal(m);
    }
    if (event.turn !== m.turn) {
      m.turn = event.turn;
      m.fuelInTurn = 0;
    }
    take(m, event);
    runFibers(m);
    return seal(m);
  } catch (thrown) {
    return corrupted(program, state, event, reasonOf(thrown));
  }
}

/**
 * The commands that wait for their answers, to be issued again after a restart or continue-as-new, in the order of their
 * issue. Calls that a pause holds are not among them: `quotaReleased` issues them.
 */
export function openCommands(state: RunState): Command[] {
  return state.open.flatMap(({ command, held }) => (held === true ? [] : [command]));
}

function take(m: Machine, event: RunEvent): void {
  switch (event.kind) {
    case "actionSucceeded":
    case "actionFailed":
    case "actionHandedBack": {
      const open = openCommand(m, event.id);
      if (open === undefined || open.command.kind !== "callAction" || open.held === true)
        lateEntry(m, event.kind, event.id);
      else takeActionResult(m, open, open.command, event);
      return;
    }
    case "actionHeld": {
      const open = openCommand(m, event.id);
      if (open === undefined || open.command.kind !== "callAction" || open.held === true)
        lateEntry(m, event.kind, event.id);
      else actionHeld(m, open, open.command.place);
      return;
    }
    case "quotaReleased":
      m.yields = 0;
      quotaReleased(m);
      return;
    case "timerStarted": {
      const open = openCommand(m, event.id);
      if (open === undefined || open.command.kind !== "startTimer") lateEntry(m, event.kind, event.id);
      else if (open.fiber < 0) return;
      else timerStarted(m, open, open.command, event.dueAt);
      return;
    }
    case "timerFired": {
      const open = openCommand(m, event.id);
      if (open === undefined || open.command.kind !== "startTimer") lateEntry(m, event.kind, event.id);
      else timerFired(m, open, open.command);
      return;
    }
    case "waitOpened":
      waitOpened(m, event);
      return;
    case "eventArrived":
      m.yields = 0;
      eventArrived(m, event.event, event.reference);
      return;
    case "taskOpened": {
      const open = openCommand(m, event.id);
      if (open === undefined || open.command.kind !== "openTask") lateEntry(m, event.kind, event.id);
      else taskOpened(m, open, event);
      return;
    }
    case "taskAnswered":
      m.yields = 0;
      taskAnswered(m, event);
      return;
    case "childStarted":
    case "childSucceeded":
    case "childFailed": {
      const open = openCommand(m, event.id);
      if (open === undefined || open.command.kind !== "startChild") lateEntry(m, event.kind, event.id);
      else takeChildResult(m, open, event);
      return;
    }
    case "commandFailed": {
      const open = openCommand(m, event.id);
      if (open === undefined || open.fiber < 0 || !canFail(open.command)) lateEntry(m, event.kind, event.id);
      else commandFailed(m, open, event.error);
      return;
    }
    case "cancelRequested":
      if (m.cancel !== undefined) {
        lateEntry(m, event.kind);
        return;
      }
      m.yields = 0;
      m.cancel =
        event.reason === undefined ? { by: event.by, at: m.now } : { by: event.by, reason: event.reason, at: m.now };
      cancelRun(m);
      return;
    case "historyBudgetSpent":
      endAtOnce(
        m,
        undefined,
        runError(
          m,
          runPlace,
          "ControlError",
          "HISTORY_BUDGET",
          "The run's history has no room for what it would do next.",
        ),
      );
      return;
    case "continue":
      if (!m.yielding) {
        lateEntry(m, event.kind);
        return;
      }
      m.yielding = false;
      m.open = m.open.filter((open) => open.command.kind !== "yield");
      return;
    default:
      lateEntry(m, (event as RunEvent).kind);
  }
}

function canFail(command: Command): boolean {
  if (command.kind === "openTask") return true;
  if (command.kind !== "startTimer") return false;
  // Its instant is known: only business time needs a calendar.
  return !("dueAt" in command.when);
}

function takeChildResult(
  m: Machine,
  open: OpenCommand,
  event: Extract<RunEvent, { kind: "childStarted" | "childSucceeded" | "childFailed" }>,
): void {
  m.yields = 0;
  switch (event.kind) {
    case "childStarted":
      childStarted(m, open, event);
      return;
    case "childSucceeded":
      childSucceeded(m, open, event);
      return;
    case "childFailed":
      childFailed(m, open, event);
      return;
  }
}

function takeActionResult(
  m: Machine,
  open: OpenCommand,
  command: CommandOf<"callAction">,
  event: Extract<RunEvent, { kind: "actionSucceeded" | "actionFailed" | "actionHandedBack" }>,
): void {
  // What a run computes by itself, and be it by local calls, is nothing from outside.
  if (command.facts.execution === "remote" || command.handedBack === true) m.yields = 0;
  try {
    switch (event.kind) {
      case "actionSucceeded":
        actionSucceeded(m, open, event);
        return;
      case "actionFailed":
        actionFailed(m, open, event);
        return;
      case "actionHandedBack":
        actionHandedBack(m, open, event);
        return;
    }
  } catch (thrown) {
    if (!(thrown instanceof StepFailure)) throw thrown;
    stepFailure(m, fiberOf(m, open.fiber), command.place, thrown);
  }
}

function timerStarted(m: Machine, open: OpenCommand, command: CommandOf<"startTimer">, dueAt: Instant): void {
  switch (m.index.steps.get(command.place.stepPath)?.type) {
    case "event.wait":
      waitTimeoutStarted(m, open, dueAt);
      return;
    case "time.wait":
      timeWaitStarted(m, open, dueAt);
      return;
    case "human.task":
      taskTimerStarted(m, open, dueAt);
      return;
    case "control.callWorkflow":
    case "control.saga":
      return;
    default:
      throw new Corruption(`No step at ${command.place.stepPath} waits for a timer.`);
  }
}

function timerFired(m: Machine, open: OpenCommand, command: CommandOf<"startTimer">): void {
  m.yields = 0;
  if (open.fiber < 0) {
    closeCommand(m, command.id);
    cancelTimedOut(m);
    return;
  }
  const step = m.index.steps.get(command.place.stepPath);
  switch (step?.type) {
    case "event.wait":
      waitTimedOut(m, open);
      return;
    case "time.wait":
      try {
        timeWaitFired(m, open, step);
      } catch (thrown) {
        if (!(thrown instanceof StepFailure)) throw thrown;
        stepFailure(m, fiberOf(m, open.fiber), command.place, thrown);
      }
      return;
    case "human.task":
      taskTimerFired(m, open);
      return;
    case "control.callWorkflow":
      childRetryDue(m, open);
      return;
    case "control.saga":
      undoTimedOut(m, open);
      return;
    default:
      throw new Corruption(`No step at ${command.place.stepPath} waits for a timer.`);
  }
}

/** The run has ended: what comes is journalled, and nothing else of the state changes. */
function afterTheEnd(m: Machine, event: RunEvent): void {
  if (event.kind === "eventArrived") {
    lateEntry(m, event.kind, event.event.id);
    if (!m.taken.includes(event.event.id)) verdictEntry(m, event.event.id, "ignored", { reason: "run-ended" });
    return;
  }
  lateEntry(m, event.kind, "id" in event ? event.id : undefined);
  if (event.kind !== "waitOpened") return;
  for (const candidate of event.candidates) {
    if (!m.taken.includes(candidate.id)) verdictEntry(m, candidate.id, "ignored", { reason: "run-ended" });
  }
}

/** Ends a run whose state cannot be resolved, closing what can be closed. */
function corrupted(program: Program, state: RunState, event: RunEvent, reason: string): Transition {
  try {
    const m = machineOf(program, state, event.now);
    resumeInput(m, event);
    endAtOnce(m, undefined, corruption(m, reason));
    return seal(m);
  } catch {
    return beyondRepair(program, state, event, reason);
  }
}

/** As `corrupted`, when not even the state's frames and commands can be read. */
function beyondRepair(program: Program, state: RunState, event: RunEvent, reason: string): Transition {
  const known: Partial<RunState> = typeof state === "object" && state !== null ? state : {};
  const system: StartContext = known.system ?? {
    runId: "",
    workflow: "",
    version: 0,
    definitionHash: "",
    tenantId: "",
    startedAt: event.now,
    now: event.now,
    turn: event.turn,
  };
  const m = newMachine(withoutSteps(program), null, { ...system, now: event.now });
  m.nextSeq = Number.isSafeInteger(known.nextSeq) ? (known.nextSeq as number) : 1;
  m.nextCommand = Number.isSafeInteger(known.nextCommand) ? (known.nextCommand as number) : 1;
  m.fibers.length = 0;
  resumeInput(m, event);
  finish(m, { status: "failed", error: corruption(m, reason) });
  return seal(m);
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof Corruption) return thrown.message;
  // A defect of ours, or a state that no interpreter wrote.
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : "The interpreter failed.";
}
