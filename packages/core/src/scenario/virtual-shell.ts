import { systemForm } from "../forms/system-forms.ts";
import { businessInstant } from "../calendar/business-time.ts";
import { childReturnOf } from "../interpreter/child-return.ts";
import { resume, start } from "../interpreter/interpret.ts";
import type {
  ChildError,
  Command,
  CommandId,
  CommandOf,
  Instant,
  JournalEntry,
  Outcome,
  ResolvedWhen,
  RunEvent,
  RunState,
  Transition,
} from "../interpreter/transition.ts";
import type { Program } from "../program/program.ts";
import { validate } from "../schema/validate.ts";
import { instantMs } from "../time/instant.ts";
import type { Json } from "../values/json.ts";
import { VirtualInbox } from "./inbox.ts";
import { MockBook } from "./mocks.ts";
import type { Mock, Scenario, ScenarioFailure, ScenarioWorld } from "./scenario.ts";
import { VirtualCalls } from "./virtual-calls.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { VirtualOutside } from "./virtual-outside.ts";

/** A run of a scenario: the one under test, or one that it called. */
export interface VirtualRun {
  readonly id: string;
  readonly program: Program;
  readonly createdMs: number;
  readonly journal: JournalEntry[];
  /** 0 for the run under test. */
  readonly depth: number;
  /** Runs that it called, by the command. */
  readonly children: Map<CommandId, VirtualRun>;
  /** Of a called run: whom its end is told. */
  readonly ended?: (child: VirtualRun, outcome: Outcome) => void;
  state: RunState;
  outcome: Outcome | undefined;
}

type Incoming = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, "now" | "turn"> : never) : never;
export type CallResult = Extract<Incoming, { kind: "actionSucceeded" | "actionFailed" }>;
type StartChild = CommandOf<"startChild">;

const transitionsMax = 200_000;
const depthMax = 8;

/**
 * Performs the commands of runs on a virtual clock: what the shell on Temporal does, without Temporal. It decides
 * nothing: the interpreter says what is to be done, and the scenario what comes of it.
 */
export class VirtualShell {
  readonly runs: VirtualRun[] = [];
  readonly inbox = new VirtualInbox();
  readonly clock: VirtualClock;
  readonly calls: VirtualCalls;
  readonly outside: VirtualOutside;
  /** Why the scenario cannot go on. */
  readonly failures: ScenarioFailure[] = [];
  /** How long the run under test took. */
  tookMs = 0;
  longestTimerMs = 0;
  readonly #scenario: Scenario;
  readonly #world: ScenarioWorld;
  readonly #mocks: MockBook;
  #transitions = 0;

  constructor(scenario: Scenario, world: ScenarioWorld) {
    this.#scenario = scenario;
    this.#world = world;
    this.#mocks = new MockBook(scenario.mocks);
    this.clock = new VirtualClock(instantMs(scenario.now));
    this.calls = new VirtualCalls(this.clock, this.#mocks, world.actions);
    this.outside = new VirtualOutside(this, scenario);
  }

  /** Runs the program until it ends, or nothing can happen any more; runs that it called may undo what they must. */
  run(program: Program, payload: Json): VirtualRun {
    const { clock, failures, runs } = this;
    const main = this.#start(program, payload, 0);
    while (main.outcome === undefined && failures.length === 0 && clock.step());
    this.tookMs = clock.nowMs - clock.startMs;
    while (runs.some((run) => run.outcome === undefined) && failures.length === 0 && clock.step());
    return main;
  }

  #start(program: Program, payload: Json, depth: number, ended?: VirtualRun["ended"]): VirtualRun {
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
      depth,
      children: new Map(),
      ...(ended === undefined ? {} : { ended }),
      state: transition.state,
      outcome: undefined,
    };
    this.runs.push(run);
    this.#take(run, transition);
    return run;
  }

  /** Gives an event to a run; one that has ended hears of nothing. */
  feed(run: VirtualRun, event: Incoming): void {
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
    if (outcome !== undefined) run.ended?.(run, outcome);
  }

  #perform(run: VirtualRun, command: Command): void {
    const { id } = command;
    const { clock } = this;
    const soon = (happen: () => void): void =>
      clock.after(0, () => {
        if (isOpen(run, id)) happen();
      });
    switch (command.kind) {
      case "callAction":
        this.calls.call(command, {
          workflow: run.program.workflow,
          called: run.depth > 0,
          isOpen: () => isOpen(run, id),
          done: (result) => this.feed(run, result),
          stuck: (failure) => this.failures.push(failure),
        });
        return;
      case "startTimer":
        this.#startTimer(run, command);
        return;
      case "openWait":
        soon(() => this.feed(run, { kind: "waitOpened", id, candidates: this.inbox.early(command, run, clock.nowMs) }));
        return;
      case "openTask":
        soon(() => this.feed(run, { kind: "taskOpened", id, ...this.#openedTask(command) }));
        return;
      case "startChild":
        soon(() => this.#startChild(run, command));
        return;
      case "cancelChild": {
        const child = run.children.get(id);
        if (child !== undefined) clock.after(0, () => this.feed(child, { kind: "cancelRequested", by: "parent" }));
        return;
      }
      case "yield":
        clock.after(0, () => this.feed(run, { kind: "continue" }));
        return;
      case "pause":
        // Calls are never held here, for there is no quota.
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

  // --- time and tasks

  #startTimer(run: VirtualRun, { id, when }: CommandOf<"startTimer">): void {
    const { clock } = this;
    const dueAt = this.#dueAt(when);
    if (dueAt === undefined) return;
    if (!("dueAt" in when)) clock.after(0, () => this.feed(run, { kind: "timerStarted", id, dueAt }));
    const ms = instantMs(dueAt) - clock.nowMs;
    clock.after(ms, () => {
      if (!isOpen(run, id)) return;
      this.longestTimerMs = Math.max(this.longestTimerMs, ms);
      this.feed(run, { kind: "timerFired", id });
    });
  }

  /** Business time is counted by the scenario's calendar; one that cannot be counted ends the scenario. */
  #dueAt(when: ResolvedWhen): Instant | undefined {
    if ("dueAt" in when) return when.dueAt;
    const { calendar: name, ...span } = when.business;
    const calendar = this.#scenario.calendars?.[name];
    if (calendar === undefined) return this.#cannotCount(`The scenario file declares no calendar ${name}.`);
    const offset = this.#world.zoneOffset?.(calendar.zone);
    if (offset === undefined) return this.#cannotCount(`Nobody here knows the clocks of ${calendar.zone}.`);
    const dueAt = businessInstant(calendar, span, this.clock.now, offset);
    return dueAt ?? this.#cannotCount(`The calendar ${name} has not so many hours in ten years.`);
  }

  #cannotCount(message: string): undefined {
    this.failures.push({ path: "", message });
  }

  #openedTask({ task }: CommandOf<"openTask">): { taskId: string; schema?: Json; dueAt?: Instant } {
    const { taskId, form, due } = task;
    const schema = "ref" in form ? (this.#scenario.forms?.[form.ref] ?? systemForm(form.ref)?.schema) : undefined;
    const dueAt = due === undefined ? undefined : this.#dueAt(due);
    return { taskId, ...(schema === undefined ? {} : { schema }), ...(dueAt === undefined ? {} : { dueAt }) };
  }

  // --- called workflows

  #startChild(run: VirtualRun, command: StartChild): void {
    const { id, workflow, input } = command;
    const called = this.#scenario.workflows[workflow];
    if (called?.mock !== undefined) return this.#mockChild(run, command, called.mock);
    if (called?.program === undefined) {
      const message = `${command.place.stepId} called ${workflow}. Nothing says what it gives, and its definition is not here.`;
      this.failures.push({ path: "/workflows", message, seen: input });
      return;
    }
    const { program } = called;
    const refused = childRefused(program, input, run.depth + 1);
    if (refused !== undefined) return this.feed(run, { kind: "childFailed", id, error: refused });
    const runId = `run-${this.runs.length + 1}`;
    this.feed(run, { kind: "childStarted", id, runId });
    const ended = (child: VirtualRun, outcome: Outcome): void =>
      this.clock.after(0, () => this.#childEnded(run, id, child, outcome));
    run.children.set(id, this.#start(program, input, run.depth + 1, ended));
  }

  #childEnded(run: VirtualRun, id: CommandId, child: VirtualRun, outcome: Outcome): void {
    if (outcome.status !== "succeeded") return this.feed(run, { kind: "childFailed", id, error: outcome.error });
    const result = { runId: child.id, ...childReturnOf(child.state, outcome.output, this.clock.now) };
    this.feed(run, { kind: "childSucceeded", id, result });
  }

  #mockChild(run: VirtualRun, command: StartChild, mock: Mock): void {
    const { id, workflow, input, attempt, place } = command;
    const { stepId, iteration } = place;
    const asked = { names: [workflow], action: workflow, stepId, iteration, attempt, input, now: this.clock.now };
    const answer = this.#mocks.answerOf(mock, workflow, asked);
    if ("problem" in answer) {
      const message = `${stepId} called ${workflow}, try ${attempt}. ${answer.problem}`;
      this.failures.push({ path: `/workflows/${workflow}`, message, seen: input });
      return;
    }
    const runId = `mock-${id}`;
    this.feed(run, { kind: "childStarted", id, runId });
    this.clock.after(answer.afterMs, () => {
      if (!isOpen(run, id) || "never" in answer) return;
      if ("fail" in answer) {
        const { retryAfterMs: _, ...fail } = answer.fail;
        this.feed(run, { kind: "childFailed", id, error: { message: `${fail.code}, says the mock.`, ...fail } });
        return;
      }
      const none = { vars: {}, local: {}, meta: {}, system: {} };
      this.feed(run, { kind: "childSucceeded", id, result: { runId, output: answer.output, payload: input, ...none } });
    });
  }
}

function isOpen(run: VirtualRun, id: CommandId): boolean {
  return run.state.open.some((open) => open.command.id === id);
}

/** Why no child can be opened, as the product finds it. */
function childRefused(program: Program, input: Json, depth: number): ChildError | undefined {
  if (depth > depthMax) {
    const message = `Workflows call each other at most ${depthMax} deep.`;
    return { category: "ControlError", code: "CHILD_DEPTH", message };
  }
  const issues = program.payloadSchema === undefined ? [] : validate(program.payloadSchema, input);
  if (issues.length === 0) return undefined;
  const message = `The payload does not fit ${program.workflow}.`;
  const details = { issues: issues.map(({ pointer, message: why }) => ({ pointer, message: why })) };
  return { category: "ValidationError", code: "PAYLOAD_INVALID", message, details };
}
