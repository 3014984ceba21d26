import { businessInstant } from "../calendar/business-time.ts";
import type { ZoneOffset } from "../calendar/business-time.ts";
import type { BusinessCalendar } from "../calendar/calendar.ts";
import { canAnswer } from "../interpreter/answers.ts";
import { resume, start } from "../interpreter/interpret.ts";
import type {
  Command,
  CommandId,
  CommandOf,
  InboundEvent,
  Instant,
  JournalEntry,
  Outcome,
  ResolvedWhen,
  RunEvent,
  RunState,
  StepPlace,
  Transition,
} from "../interpreter/transition.ts";
import type { Program } from "../program/program.ts";
import { instantFromMs, instantMs } from "../time/instant.ts";
import type { Json } from "../values/json.ts";
import { VirtualInbox } from "./inbox.ts";
import { MockBook } from "./mocks.ts";
import type { Scenario, ScenarioFailure, ScenarioWorld, ScheduledAnswer, ScheduledEvent } from "./scenario.ts";
import { VirtualCalls } from "./virtual-calls.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** A run of a scenario: the one under test, or one that it called. */
export interface VirtualRun {
  readonly id: string;
  readonly program: Program;
  readonly createdMs: number;
  readonly journal: JournalEntry[];
  state: RunState;
  outcome: Outcome | undefined;
}

type Incoming = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "now" | "turn"> : never) : never;
export type CallResult = Extract<Incoming, { kind: "actionSucceeded" | "actionFailed" }>;

const transitionsMax = 200_000;

/**
 * Performs the commands of runs on a virtual clock: what the shell on Temporal does, without Temporal. It decides
 * nothing: the interpreter says what is to be done, and the scenario what comes of it.
 */
export class VirtualShell {
  readonly runs: VirtualRun[] = [];
  readonly inbox = new VirtualInbox();
  readonly clock: VirtualClock;
  readonly calls: VirtualCalls;
  /** Answers that were given, by their place in the scenario. */
  readonly answered = new Set<number>();
  /** Why the scenario cannot go on. */
  readonly failures: ScenarioFailure[] = [];
  readonly #scenario: Scenario;
  readonly #world: ScenarioWorld;
  #transitions = 0;

  constructor(scenario: Scenario, world: ScenarioWorld) {
    this.#scenario = scenario;
    this.#world = world;
    this.clock = new VirtualClock(instantMs(scenario.now));
    this.calls = new VirtualCalls(this.clock, new MockBook(scenario.mocks), world.actions);
  }

  /** Runs the program until it ends, or nothing can happen any more. */
  run(program: Program, payload: Json): VirtualRun {
    const { events, answers, cancelAt } = this.#scenario;
    events.forEach((event, i) => this.#schedule(event, i));
    answers.forEach((answer, i) => {
      const { step, iteration } = answer;
      const opens = { waits: step, plusMs: 0, ...(iteration === undefined ? {} : { iteration }) };
      this.clock.when(answer.at ?? opens, `/answers/${i}`, () => this.#answer(answer, i));
    });
    const run = this.#start(program, payload);
    if (cancelAt !== undefined)
      this.clock.when(cancelAt, "/cancelAt", () => this.#feed(run, { kind: "cancelRequested", by: "scenario" }));
    this.clock.notice(run.journal);
    while (run.outcome === undefined && this.failures.length === 0 && this.clock.step());
    return run;
  }

  #start(program: Program, payload: Json): VirtualRun {
    const { now, nowMs } = this.clock;
    const { workflow, definitionHash } = program;
    const id = `run-${this.runs.length + 1}`;
    const system = { runId: id, workflow, version: 1, definitionHash, tenantId: "scenario" };
    const transition = start(program, payload, { ...system, startedAt: now, now, turn: 1 });
    const run: VirtualRun = {
      id,
      program,
      createdMs: nowMs,
      journal: [],
      state: transition.state,
      outcome: undefined,
    };
    this.runs.push(run);
    this.#take(run, transition);
    return run;
  }

  #feed(run: VirtualRun, event: Incoming): void {
    if (run.outcome !== undefined || this.failures.length > 0) return;
    this.#transitions += 1;
    if (this.#transitions > transitionsMax) {
      this.failures.push({ path: "", message: `The run does not end: it has gone on ${transitionsMax} times.` });
      return;
    }
    const fed = { ...event, now: this.clock.now, turn: this.#transitions + 1 } as RunEvent;
    this.#take(run, resume(run.program, run.state, fed));
  }

  #take(run: VirtualRun, { state, journal, commands, outcome }: Transition): void {
    run.state = this.#world.checkpoint?.(state) ?? state;
    run.outcome = outcome;
    for (const entry of journal) {
      run.journal.push(entry);
      if (entry.kind === "event" && entry.verdict === "taken") this.inbox.taken(entry.eventId, run.id);
    }
    for (const command of commands) this.#perform(run, command);
    this.clock.notice(journal);
  }

  #perform(run: VirtualRun, command: Command): void {
    const { id } = command;
    const { clock } = this;
    switch (command.kind) {
      case "callAction":
        this.calls.call(command, {
          workflow: run.program.workflow,
          called: run !== this.runs[0],
          isOpen: () => isOpen(run, id),
          done: (result) => this.#feed(run, result),
          stuck: (failure) => this.failures.push(failure),
        });
        return;
      case "startTimer":
        this.#startTimer(run, command);
        return;
      case "openWait":
        clock.after(0, () => {
          if (!isOpen(run, id)) return;
          this.#feed(run, { kind: "waitOpened", id, candidates: this.inbox.early(command, run, clock.nowMs) });
        });
        return;
      case "openTask":
        clock.after(0, () => {
          if (isOpen(run, id)) this.#feed(run, { kind: "taskOpened", id, ...this.#openedTask(command) });
        });
        return;
      case "yield":
        clock.after(0, () => this.#feed(run, { kind: "continue" }));
        return;
      case "cancelAction":
      case "cancelTimer":
      case "closeWait":
      case "closeTask":
      case "finish":
        // The state says what is open, and is asked before anything is done for a command.
        return;
    }
  }

  #openedTask({ task }: CommandOf<"openTask">): { taskId: string; schema?: Json; dueAt?: Instant } {
    const { taskId, form, due } = task;
    const schema = "ref" in form ? this.#scenario.forms?.[form.ref] : undefined;
    const dueAt = due === undefined ? undefined : this.#dueAt(due);
    return { taskId, ...(schema === undefined ? {} : { schema }), ...(dueAt === undefined ? {} : { dueAt }) };
  }

  /** Business time is counted by the scenario's calendar; one that cannot be counted ends the scenario. */
  #dueAt(when: ResolvedWhen): Instant | undefined {
    if ("dueAt" in when) return when.dueAt;
    const { calendar: name, ...span } = when.business;
    const calendar = this.#scenario.calendars?.[name];
    const offset = calendar === undefined ? undefined : this.#world.zoneOffset?.(calendar.zone);
    const dueAt =
      calendar === undefined || offset === undefined
        ? undefined
        : businessInstant(calendar, span, this.clock.now, offset);
    if (dueAt === undefined) this.failures.push({ path: "", message: noBusinessTime(name, calendar, offset) });
    return dueAt;
  }

  #startTimer(run: VirtualRun, { id, when }: CommandOf<"startTimer">): void {
    const { clock } = this;
    const dueAt = this.#dueAt(when);
    if (dueAt === undefined) return;
    if (!("dueAt" in when)) clock.after(0, () => this.#feed(run, { kind: "timerStarted", id, dueAt }));
    clock.after(instantMs(dueAt) - clock.nowMs, () => {
      if (isOpen(run, id)) this.#feed(run, { kind: "timerFired", id });
    });
  }

  // --- the world outside

  #schedule(event: ScheduledEvent, index: number): void {
    const { clock } = this;
    const { at } = event;
    if ("ms" in at && at.ms < 0) {
      const atMs = clock.startMs + at.ms;
      this.inbox.accept(inbound(event, index, atMs), atMs);
      return;
    }
    clock.when(at, `/events/${index}/at`, () => this.#arrive(inbound(event, index, clock.nowMs)));
  }

  /** Somebody answers the task that is open at the step; what does not fit its form never reaches the run. */
  #answer({ step, iteration, answer, by = "somebody", refused }: ScheduledAnswer, index: number): void {
    this.answered.add(index);
    const at = (place: StepPlace): boolean =>
      place.stepId === step && (iteration === undefined || iteration.join() === place.iteration.join());
    const [task] = this.runs.flatMap((run) =>
      run.state.open.flatMap(({ command }) =>
        command.kind === "openTask" && at(command.place) ? [{ run, taskId: command.task.taskId }] : [],
      ),
    );
    const issues = task === undefined ? undefined : canAnswer(task.run.program, task.run.state, task.taskId, answer);
    const accepted = issues?.length === 0;
    if (accepted === (refused === true)) {
      const [first] = issues ?? [];
      const why = first === undefined ? `No task is open at ${step}.` : `${first.pointer} ${first.message}.`;
      const message = accepted ? "The answer was accepted." : `The answer was refused: ${why.trim()}`;
      this.failures.push({ path: `/answers/${index}`, message, seen: answer });
    } else if (accepted && task !== undefined)
      this.#feed(task.run, { kind: "taskAnswered", taskId: task.taskId, answer, by, override: false });
  }

  /** Every run with an open wait of that name and key is given the event; the run says what it does with it. */
  #arrive(event: InboundEvent): void {
    if (!this.inbox.accept(event, this.clock.nowMs)) return;
    for (const run of this.runs) {
      const waits = run.state.open.some(
        ({ command }) =>
          command.kind === "openWait" && command.event === event.name && command.key === event.correlationKey,
      );
      if (waits) this.#feed(run, { kind: "eventArrived", event });
    }
  }
}

function noBusinessTime(name: string, calendar: BusinessCalendar | undefined, offset: ZoneOffset | undefined): string {
  if (calendar === undefined) return `The scenario file declares no calendar ${name}.`;
  if (offset === undefined) return `Nobody here knows the clocks of ${calendar.zone}.`;
  return `The calendar ${name} has not so many hours in ten years.`;
}

function isOpen(run: VirtualRun, id: CommandId): boolean {
  return run.state.open.some((open) => open.command.id === id);
}

function inbound(
  { name, key, payload, source = "scenario", id }: ScheduledEvent,
  index: number,
  atMs: number,
): InboundEvent {
  const eventId = id === undefined ? `event-${index + 1}` : `${source}/${id}`;
  return {
    id: eventId,
    name,
    source,
    payload,
    correlationKey: key,
    receivedAt: instantFromMs(atMs),
    inbox: true,
  };
}
