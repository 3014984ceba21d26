import {
  currentStepQuery,
  currentWaitQuery,
  eventSignal,
  openCommands,
  restart,
  resume,
  start as startRun,
  summaryQuery,
  type Command,
  type CommandId,
  type CommandOf,
  type Instant,
  type JournalEntry,
  type Json,
  type Outcome,
  type Program,
  type RunEvent,
  type RunState,
  type Transition,
} from "@mainspring/core";
import {
  type CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  proxySinks,
  setHandler,
  sleep,
  workflowInfo,
} from "@temporalio/workflow";
import type { ChildReturn } from "../activities/child-contract.ts";
import type { SegmentHead, SegmentResult, StartInput, Writer } from "../activities/contract.ts";
import { Crossing, CrossingProgram } from "../wire/crossing.ts";
import { ActionCalls } from "./action-calls.ts";
import { durably, flush, openRun, runSegment } from "./activity-calls.ts";
import { BatchCalls, batchesOf, isBatched } from "./batch-calls.ts";
import type { Bounds } from "./bounds.ts";
import { Children } from "./children.ts";
import { openEventWaits } from "./event-waits.ts";
import { openingFailure } from "./failures.ts";
import { Fifo } from "./fifo.ts";
import { fuelSpent } from "./fuel-spent.ts";
import { inboundEvent } from "./inbound-signal.ts";
import { JournalBuffer } from "./journal-buffer.ts";
import { LocalLane } from "./local-lane.ts";
import type { JournalSinks } from "./journal-sink.ts";
import type { Incoming, ShellPort } from "./port.ts";
import { QuotaPause } from "./quota.ts";
import { segmentHash } from "./segment-hash.ts";
import { currentStep, currentWait, summary } from "./queries.ts";
import { Tasks } from "./tasks.ts";
import { Timers } from "./timers.ts";
import { workflowNow } from "./workflow-time.ts";

/** What one execution hands to the next. Waits and timers are state and are opened again; the journal is empty at that moment. */
export interface Checkpoint {
  readonly state: RunState;
  readonly bounds: Bounds;
  readonly ordinal: number;
  readonly turn: number;
  readonly quotaWaived?: true;
  readonly fuel?: number;
}

// Replays by the rebuild collect the journal here; a live worker registers no such sink, and nothing is recorded.
const { journal } = proxySinks<JournalSinks>();

type Call = CommandOf<"callAction">;

/** What one activity brought. */
interface Together {
  readonly together: readonly Incoming[];
}
/** A local activity has come back. */
type TakeOver = () => void;

/**
 * Our workflow code around the interpreter. All completions and signals enter one FIFO synchronously; only the loop feeds the interpreter
 * and performs its commands. The loop awaits once per external effect: in the sandbox each promise is dear.
 *
 * While a local activity is under way nothing else is fed, and one event after the other is fed and what it commands performed: what comes in
 * one activation, and at what time, is another on replay, where the local activity has come back already.
 */
export class Shell {
  readonly #start: StartInput;
  readonly #fifo = new Fifo<Incoming | Together | TakeOver>();
  readonly #lane = new LocalLane();
  /** What a local activity that is being taken over brings. */
  #brought: Incoming[] | undefined;
  /** Events that came while a wait was being opened. */
  readonly #aside: Extract<Incoming, { kind: "eventArrived" }>[] = [];
  readonly #journal = new JournalBuffer();
  readonly #timers: Timers;
  readonly #calls: ActionCalls;
  readonly #batches: BatchCalls;
  readonly #tasks: Tasks;
  readonly #children: Children;
  readonly #quota: QuotaPause;
  /** Local calls whose segments died: they go as ordinary activities. */
  readonly #ordinary = new Set<CommandId>();
  #program!: Program;
  #state!: RunState;
  #bounds!: Bounds;
  #commanded: Command[] = [];
  #outcome: Outcome | undefined;
  #ordinal = 1;
  #turn = 1;
  #lastNow: Instant | undefined;
  #stepsBefore = 0;
  #remoteStepsBefore = 0;
  #signals = 0;
  #inFlight = 0;
  #flushes = 0;
  /** That the run has used since its beginning. */
  #fuel = 0;
  #budgetReported = false;
  readonly #port: ShellPort;

  constructor(start: StartInput, root: CancellationScope) {
    this.#start = start;
    this.#port = {
      journal: this.#journal,
      program: () => this.#program,
      state: () => this.#state,
      now: () => workflowNow(this.#lastNow),
      bounds: () => this.#bounds,
      push: (event) => {
        if (this.#brought === undefined) this.#fifo.push(event);
        else this.#brought.push(event);
      },
      locally: (call, durably, taken) => this.#locally(call, durably, taken),
      pushTogether: (together) => this.#fifo.push({ together }),
      wake: () => this.#fifo.wake(),
      begin: () => void this.#inFlight++,
      end: () => void this.#inFlight--,
      newOwner: (kind) => this.#newOwner(kind),
      writer: () => this.#writer(),
      crossing: (value) => this.#crossing(value),
      inline: (value) => this.#inline(value),
    };
    this.#timers = new Timers(this.#port);
    this.#calls = new ActionCalls(this.#port);
    this.#batches = new BatchCalls(this.#port);
    this.#tasks = new Tasks(this.#port, start.tenantId);
    this.#children = new Children(this.#port);
    this.#quota = new QuotaPause(this.#port);
    setHandler(defineSignal<[unknown]>(eventSignal), (signal) => {
      this.#signals++;
      this.#fifo.push({ kind: "eventArrived", event: inboundEvent(signal, this.#signals, workflowNow(this.#lastNow)) });
    });
    setHandler(defineQuery(currentStepQuery), () => currentStep(this.#state));
    setHandler(defineQuery(currentWaitQuery), () => currentWait(this.#state));
    setHandler(defineQuery(summaryQuery), () => summary(this.#state));
    root.cancelRequested.catch(() => {
      this.#fifo.push({ kind: "cancelRequested", by: "temporal" });
    });
  }

  async run(program: Program | undefined, checkpoint: Checkpoint | undefined): Promise<Outcome> {
    if (program !== undefined && checkpoint !== undefined) this.#reopen(program, checkpoint);
    else await this.#open();
    this.#tasks.listen();
    for (;;) {
      this.#feedNext();
      this.#replyToAnswers();
      this.#cancelWhatWasClosed();
      if (this.#makesRoom()) {
        if (this.#journal.empty) await this.#continueAsNew();
        await this.#flushNow();
        continue;
      }
      while (this.#commanded.length > 0 && this.#outcome === undefined) {
        const held = workflowInfo().historyLength >= this.#bounds.holdEvents && this.#inFlight > 0;
        const slow = this.#perform(held ? "hold calls" : "all");
        if (slow !== undefined) await slow;
        this.#cancelWhatWasClosed();
        if (held || this.#makesRoom()) break;
      }
      if (this.#outcome !== undefined) break;
      if (this.#hasNext()) continue;
      if (this.#journal.unsentCount > 0) {
        if (this.#lane.free) this.#flushAside();
      } else if (this.#makesRoom()) continue;
      await this.#fifo.sleep();
    }
    // What still comes in is given its verdict, so that an event is free for others, and the journal is empty at the end.
    for (;;) {
      while (this.#hasNext()) this.#feedNext();
      this.#replyToAnswers();
      if (!this.#children.settled) await this.#takingOver(() => this.#children.settled);
      else if (!this.#journal.empty) await this.#flushNow();
      else if (!this.#lane.free) await this.#takingOver(() => this.#lane.free);
      else if (this.#tasks.quiet) return this.#outcome;
      else await condition(() => this.#tasks.quiet || this.#fifo.length > 0);
    }
  }

  /** What a run that succeeded gives the run that called it. */
  childReturn(output: Json): ChildReturn {
    const { payload, vars, system } = this.#state;
    const meta = system as unknown as Json;
    return { output, payload, vars, local: {}, meta, system: meta };
  }

  // --- beginning

  async #open(): Promise<void> {
    const [head, program, payload, events] = await openRun(this.#inline({ ...this.#writer(), start: this.#start }));
    if (!head.opened) throw openingFailure(this.#start.tenantId, head);
    this.#program = program as Program;
    this.#bounds = head.bounds;
    const first =
      head.restart === undefined
        ? startRun(this.#program, payload as Json, head.context, head.payloadReference)
        : restart(this.#program, payload as unknown as RunState, head.context, head.restart);
    this.#lastNow = head.context.now;
    const entries = this.#take(first);
    this.#feedSegment(head.segment, events ?? [], entries);
  }

  #reopen(program: Program, checkpoint: Checkpoint): void {
    this.#program = program;
    this.#state = checkpoint.state;
    this.#bounds = checkpoint.bounds;
    if (checkpoint.quotaWaived === true) this.#quota.waive();
    this.#fuel = checkpoint.fuel ?? 0;
    this.#ordinal = checkpoint.ordinal;
    this.#turn = checkpoint.turn + 1;
    this.#stepsBefore = checkpoint.state.counters.steps;
    this.#remoteStepsBefore = checkpoint.state.counters.remoteSteps;
    this.#commanded = [...openCommands(checkpoint.state)];
  }

  // --- feeding the interpreter

  /** Feeds one event, if there is one. */
  #feedNext(): void {
    if (!this.#budgetReported && workflowInfo().historyLength >= this.#bounds.historyEvents) {
      this.#budgetReported = true;
      this.#fifo.push({ kind: "historyBudgetSpent" });
    }
    const next = this.#next();
    if (next === undefined) return;
    this.#turn++;
    if ("together" in next) for (const event of next.together) this.#feed(event);
    else this.#feed(next);
  }

  #feed(event: Incoming): void {
    const now = workflowNow(this.#lastNow);
    this.#lastNow = now;
    const entries = this.#take(resume(this.#program, this.#state, { ...event, now, turn: this.#turn } as RunEvent));
    this.#journal.append(entries);
    this.#tasks.sees(event, entries);
  }

  #hasNext(): boolean {
    if (!this.#lane.free) return this.#fifo.has(isTakeOver);
    return this.#fifo.length > 0 || (this.#aside.length > 0 && !this.#isOpening());
  }

  #isOpening(): boolean {
    return this.#state.open.some(({ command, opened }) => command.kind === "openWait" && opened !== true);
  }

  /**
   * What is fed next. While a wait is being opened, events are put aside: what the inbox has for it came before them, and the oldest is to be
   * taken first.
   */
  #next(): Incoming | Together | undefined {
    for (;;) {
      if (!this.#lane.free) {
        const item = this.#fifo.take(isTakeOver);
        if (item === undefined) return undefined;
        this.#takeOver(item);
        continue;
      }
      const opening = this.#isOpening();
      if (!opening && this.#aside.length > 0) {
        this.#aside.sort((a, b) =>
          a.event.receivedAt < b.event.receivedAt ? -1 : a.event.receivedAt > b.event.receivedAt ? 1 : 0,
        );
        return this.#aside.shift();
      }
      const next = this.#fifo.shift();
      if (typeof next === "function") this.#takeOver(next);
      else if (next === undefined || "together" in next || next.kind !== "eventArrived" || !opening) return next;
      else this.#aside.push(next);
    }
  }

  /** Takes over a transition's state, commands and outcome; its entries are the caller's. */
  #take(transition: Transition): readonly JournalEntry[] {
    this.#fuel += fuelSpent(this.#state, transition.state);
    this.#state = transition.state;
    for (const command of transition.commands) this.#commanded.push(command);
    if (transition.outcome !== undefined) this.#outcome = transition.outcome;
    if (workflowInfo().unsafe.isReplaying) journal.append(transition.journal);
    return transition.journal;
  }

  /** Feeds exactly the events that a segment fed, and compares. A difference is a defect of the deployment: it fails the task, not the run. */
  #feedSegment(head: SegmentHead, events: readonly RunEvent[], before: readonly JournalEntry[]): void {
    const entries = [...before];
    for (const event of events) {
      this.#lastNow = event.now;
      for (const entry of this.#take(resume(this.#program, this.#state, event))) entries.push(entry);
    }
    if (this.#state.nextSeq !== head.nextSeq || segmentHash(entries, this.#state) !== head.hash) {
      throw new Error(
        `The segment before entry ${head.nextSeq} went another way here: worker and workflow bundle must be of one build`,
      );
    }
    if (!head.written) this.#journal.append(entries);
    // What the segment did itself is done; local calls that it did not reach are still open and are commanded anew.
    const open = new Set(this.#state.open.filter(({ held }) => held !== true).map(({ command }) => command.id));
    const seen = new Set<CommandId>();
    this.#commanded = this.#commanded.filter((command) => {
      if (command.kind === "cancelAction") return this.#calls.has(command.id) || this.#batches.has(command.id);
      if (command.kind !== "callAction") return true;
      if (!open.has(command.id) || seen.has(command.id)) return false;
      seen.add(command.id);
      return true;
    });
  }

  // --- performing commands

  #cancelWhatWasClosed(): void {
    const rest: Command[] = [];
    for (const command of this.#commanded) {
      if (command.kind === "cancelTimer") {
        this.#timers.cancel(command.id);
      } else if (command.kind === "cancelAction") {
        this.#calls.cancel(command.id);
        this.#batches.cancel(command.id);
      } else if (command.kind === "cancelChild") {
        this.#children.cancel(command.id);
      } else if (command.kind !== "closeWait" && command.kind !== "closeTask") {
        rest.push(command);
      }
    }
    // A command that was closed before it was performed is performed no more.
    this.#commanded = rest.filter((command) => command.kind === "finish" || this.#isOpen(command.id));
  }

  /** Performs what is commanded. @returns what must be waited for before the next command; undefined, which costs no promise: nothing */
  #perform(which: "all" | "hold calls"): Promise<void> | undefined {
    const commands = this.#commanded;
    this.#commanded = [];
    // So many entries are flushed first, and no call carries them.
    const full = this.#journal.unsentCount > this.#bounds.carriedEntries;
    let flushFirst = false;
    let yields = false;
    const waits: CommandOf<"openWait">[] = [];
    const tasks: CommandOf<"openTask">[] = [];
    const children: CommandOf<"startChild">[] = [];
    const local: Call[] = [];
    const batched: Call[] = [];
    for (const command of commands) {
      switch (command.kind) {
        case "callAction":
          if (which === "hold calls") this.#commanded.push(command);
          else if (this.#quota.holds(command.id)) break;
          else if (this.#goesInSegment(command)) local.push(command);
          else if (full) {
            this.#commanded.push(command);
            flushFirst = true;
          } else if (isBatched(command)) batched.push(command);
          else this.#calls.start(command);
          break;
        case "openWait":
          waits.push(command);
          break;
        case "openTask":
          tasks.push(command);
          break;
        case "startTimer":
          this.#timers.start(command);
          break;
        case "yield":
          yields = true;
          break;
        case "startChild":
          if (which === "hold calls") this.#commanded.push(command);
          else children.push(command);
          break;
        case "pause": // what it holds stands in the state; the signal lets it go on
        case "cancelAction":
        case "cancelChild":
        case "cancelTimer":
        case "closeWait":
        case "closeTask": // the rows follow the journal
        case "finish":
          break;
      }
    }
    for (const calls of batchesOf(batched)) {
      const [only] = calls;
      if (calls.length === 1 && only !== undefined) this.#calls.start(only);
      else this.#batches.start(calls);
    }
    if (waits.length > 0) openEventWaits(this.#port, waits);
    if (tasks.length > 0) this.#tasks.open(tasks);
    if (children.length > 0) this.#children.start(children);
    return flushFirst || yields || local.length > 0 ? this.#performSlowly({ flushFirst, yields, local }) : undefined;
  }

  async #performSlowly({
    flushFirst,
    yields,
    local,
  }: {
    readonly flushFirst: boolean;
    readonly yields: boolean;
    readonly local: readonly Call[];
  }): Promise<void> {
    if (flushFirst) await this.#flushNow();
    if (yields) await this.#yield();
    if (local.length > 0) await this.#segment(local);
  }

  #goesInSegment(command: Call): boolean {
    if (command.facts.execution !== "local" || command.handedBack === true || this.#ordinary.has(command.id))
      return false;
    // Only while nothing else is open in the run.
    return (
      this.#calls.none &&
      this.#batches.none &&
      this.#state.open.every(
        ({ command: open }) =>
          open.kind === "callAction" &&
          open.facts.execution === "local" &&
          open.handedBack !== true &&
          !this.#ordinary.has(open.id),
      )
    );
  }

  async #segment(calls: readonly Call[]): Promise<void> {
    const owner = this.#newOwner("segment");
    const entries = this.#journal.take(owner);
    this.#turn++;
    const now = workflowNow(this.#lastNow);
    this.#lastNow = now;
    const args = this.#inline({
      ...this.#writer(),
      fuel: this.#fuel,
      nextSeq: this.#state.nextSeq,
      entries,
      programHash: this.#program.programHash,
      state: this.#state,
      now,
      turn: this.#turn,
    });
    let result: SegmentResult | undefined;
    const died = { ran: false } as const;
    this.#locally(
      () => runSegment(args),
      () => Promise.resolve(died),
      (came) => (result = came),
    );
    await this.#takingOver(() => result !== undefined);
    if (result?.ran !== true) {
      this.#journal.release(owner);
      for (const call of calls) this.#ordinary.add(call.id);
      for (const call of calls) this.#commanded.push(call);
      return;
    }
    if (result.head.written) this.#journal.acknowledge(owner);
    else this.#journal.release(owner);
    this.#commanded.push(...calls);
    this.#feedSegment(result.head, result.events, []);
  }

  /** Other runs of this thread go on while the journal is written, or a timer lets signals and cancels in. */
  async #yield(): Promise<void> {
    if (this.#state.counters.yields % this.#bounds.yieldsPerTimer === 0) await sleep(1);
    else await this.#flushNow();
    this.#turn++;
    this.#fifo.push({ kind: "continue" });
  }

  // --- writing the journal

  async #flushNow(): Promise<void> {
    const owner = this.#newOwner("flush");
    const entries = this.#journal.take(owner);
    if (entries.length === 0 && this.#inFlight > 0) {
      await this.#takingOver(() => this.#journal.empty || this.#journal.unsentCount > 0);
      return;
    }
    let written = false;
    this.#flush(owner, entries, () => (written = true));
    await this.#takingOver(() => written);
  }

  #flushAside(): void {
    const owner = this.#newOwner("flush");
    this.#flush(owner, this.#journal.take(owner));
  }

  /** Whoever has answered a task, and waits, hears what the run did with the answer when that is written. The run goes on meanwhile. */
  #replyToAnswers(): void {
    if (!this.#tasks.decided) return;
    const owner = this.#newOwner("flush");
    const reply = this.#tasks.takeDecided();
    this.#flush(owner, this.#journal.take(owner), reply);
  }

  #flush(owner: string, entries: readonly JournalEntry[], written?: () => void): void {
    const args = { ...this.#writer(), fuel: this.#fuel, nextSeq: this.#state.nextSeq, entries };
    const answered = this.#quota.asking();
    this.#locally(
      () => flush(this.#inline(args)),
      () => durably.flush(this.#crossing(args)),
      (answer) => {
        answered(answer);
        this.#journal.acknowledge(owner);
        written?.();
      },
    );
  }

  // --- local activities

  #locally<T>(call: () => Promise<T>, durably: () => Promise<T>, taken: (result: T) => void): void {
    this.#inFlight++;
    const ended = (result: T): void =>
      this.#fifo.push(() => {
        this.#inFlight--;
        taken(result);
      });
    this.#lane.begin(() => {
      void call().then(
        (result) =>
          this.#fifo.push(() => {
            this.#lane.next();
            this.#inFlight--;
            taken(result);
          }),
        () =>
          this.#fifo.push(() => {
            this.#lane.next();
            void durably().then(ended);
          }),
      );
    });
  }

  /** What it brings is fed before all that came in later. */
  #takeOver(item: TakeOver): void {
    this.#brought = [];
    item();
    this.#fifo.unshift(this.#brought);
    this.#brought = undefined;
  }

  /** Takes over what local activities bring, and feeds nothing, until `done`. */
  async #takingOver(done: () => boolean): Promise<void> {
    while (!done()) {
      const item = this.#fifo.take(isTakeOver);
      if (item === undefined) await this.#fifo.sleep();
      else this.#takeOver(item);
    }
  }

  // --- continue-as-new

  /** A bound is reached, and nothing is in flight: the server would cancel it or lose its completion. */
  #makesRoom(): boolean {
    if (
      this.#outcome !== undefined ||
      this.#state.cancel !== undefined ||
      this.#inFlight > 0 ||
      !this.#tasks.quiet ||
      this.#fifo.length > 0 ||
      this.#aside.length > 0
    )
      return false;
    const { steps, remoteSteps } = this.#state.counters;
    const info = workflowInfo();
    return (
      remoteSteps - this.#remoteStepsBefore >= this.#bounds.remoteSteps ||
      steps - this.#stepsBefore >= this.#bounds.steps ||
      this.#signals + this.#tasks.answers >= this.#bounds.signals ||
      info.historyLength >= this.#bounds.holdEvents ||
      info.continueAsNewSuggested
    );
  }

  async #continueAsNew(): Promise<never> {
    const checkpoint: Checkpoint = {
      state: this.#state,
      bounds: this.#bounds,
      ordinal: this.#ordinal + 1,
      turn: this.#turn,
      fuel: this.#fuel,
      ...(this.#quota.waived ? { quotaWaived: true } : {}),
    };
    // Thrown, and caught by nothing of ours.
    return (await continueAsNew(
      this.#crossing(this.#start),
      new CrossingProgram(this.#start.tenantId, this.#program),
      this.#crossing(checkpoint),
    )) as never;
  }

  #newOwner(kind: "flush" | "segment"): string {
    return `${kind}:${++this.#flushes}`;
  }

  #isOpen(id: CommandId): boolean {
    return this.#state.open.some(({ command }) => command.id === id);
  }

  #writer(): Writer {
    const { historyLength, continuedFromExecutionRunId: continuedFrom } = workflowInfo();
    return {
      tenantId: this.#start.tenantId,
      runId: this.#start.runId,
      ordinal: this.#ordinal,
      historyLength,
      ...(continuedFrom === undefined ? {} : { continuedFrom }),
      ...(this.#quota.waived ? { quotaWaived: true } : {}),
      ...(this.#state?.system.restarted === true ? { restarted: true } : {}),
    };
  }

  #crossing(value: unknown): Crossing {
    return new Crossing(this.#start.tenantId, value);
  }

  #inline(value: unknown): Crossing {
    return new Crossing(this.#start.tenantId, value, { inline: true });
  }
}

function isTakeOver(item: Incoming | Together | TakeOver): item is TakeOver {
  return typeof item === "function";
}
