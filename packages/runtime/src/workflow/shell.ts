import {
  childReturnOf,
  currentStepQuery,
  currentWaitQuery,
  eventSignal,
  instantFromMs,
  restart,
  resume,
  start as startRun,
  summaryQuery,
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
import type { SegmentHead, StartInput, Writer } from "../activities/contract.ts";
import { Crossing, CrossingProgram } from "../wire/crossing.ts";
import { openRun } from "./activity-calls.ts";
import type { Bounds } from "./bounds.ts";
import { Children } from "./children.ts";
import { WorkflowClock } from "./clock.ts";
import { Commands, type Call, type Slow } from "./commands.ts";
import { openingFailure } from "./failures.ts";
import { inboundEvent } from "./inbound-signal.ts";
import { Intake } from "./intake.ts";
import { JournalBuffer } from "./journal-buffer.ts";
import { JournalWrites } from "./journal-writes.ts";
import type { JournalSinks } from "./journal-sink.ts";
import type { Incoming, ShellPort } from "./port.ts";
import { QuotaPause } from "./quota.ts";
import { Room } from "./room.ts";
import { segmentHash } from "./segment-hash.ts";
import { Segments, withOutputs } from "./segments.ts";
import { currentStep, currentWait, summary } from "./queries.ts";
import { Tasks } from "./tasks.ts";
import { Usage, type UsageSoFar } from "./usage.ts";
import { momentNow } from "./workflow-time.ts";

/** What one execution hands to the next. Waits and timers are state and are opened again; the journal is empty at that moment. */
export interface Checkpoint extends UsageSoFar {
  readonly state: RunState;
  readonly bounds: Bounds;
  readonly ordinal: number;
  readonly turn: number;
  readonly quotaWaived?: true;
}

// Replays by the rebuild collect the journal here; a live worker registers no such sink, and nothing is recorded.
const { journal } = proxySinks<JournalSinks>();

/**
 * Our workflow code around the interpreter. All completions and signals enter one FIFO synchronously; only the loop feeds the interpreter
 * and performs its commands. The loop awaits once per external effect: in the sandbox each promise is dear.
 * One event after the other is fed and what it commands performed; `Intake` says in which order.
 */
export class Shell {
  readonly #start: StartInput;
  readonly #clock = new WorkflowClock(momentNow);
  readonly #intake = new Intake(() => this.#state, this.#clock);
  readonly #journal = new JournalBuffer();
  readonly #commands: Commands;
  readonly #tasks: Tasks;
  readonly #children: Children;
  readonly #quota: QuotaPause;
  readonly #room = new Room();
  readonly #usage = new Usage();
  readonly #segments: Segments;
  readonly #writes: JournalWrites;
  #program!: Program;
  #state!: RunState;
  #bounds!: Bounds;
  #outcome: Outcome | undefined;
  #ordinal = 1;
  #turn = 1;
  #flushes = 0;
  #budgetReported = false;
  readonly #port: ShellPort;

  constructor(start: StartInput, root: CancellationScope) {
    this.#start = start;
    this.#port = {
      journal: this.#journal,
      program: () => this.#program,
      state: () => this.#state,
      now: () => this.#clock.now,
      bounds: () => this.#bounds,
      push: (event) => this.#intake.push(event),
      locally: (call, durably, taken) => this.#intake.locally(call, durably, taken),
      arrive: (event) => this.#intake.arrive(event),
      arriveTogether: (together) => this.#intake.arrive({ together }),
      wake: () => this.#intake.wake(),
      begin: () => this.#intake.begin(),
      end: () => this.#intake.end(),
      newOwner: (kind) => this.#newOwner(kind),
      writer: () => this.#writer(),
      crossing: (value) => this.#crossing(value),
      inline: (value) => this.#inline(value),
    };
    this.#tasks = new Tasks(this.#port, start.tenantId);
    this.#children = new Children(this.#port);
    this.#quota = new QuotaPause(this.#port);
    this.#segments = new Segments(this.#port, this.#intake);
    this.#commands = new Commands(this.#port, {
      tasks: this.#tasks,
      children: this.#children,
      quota: this.#quota,
      segments: this.#segments,
    });
    this.#writes = new JournalWrites({
      shell: this.#port,
      intake: this.#intake,
      quota: this.#quota,
      usage: this.#usage,
    });
    setHandler(defineSignal<[unknown]>(eventSignal), (signal) => {
      const now = instantFromMs(this.#clock.moment().atMs);
      this.#intake.arrive({ kind: "eventArrived", event: inboundEvent(signal, this.#room.signalled(), now) });
    });
    setHandler(defineQuery(currentStepQuery), () => currentStep(this.#state));
    setHandler(defineQuery(currentWaitQuery), () => currentWait(this.#state));
    setHandler(defineQuery(summaryQuery), () => summary(this.#state));
    root.cancelRequested.catch(() => {
      this.#intake.arrive({ kind: "cancelRequested", by: "temporal" });
    });
  }

  async run(program: Program | undefined, checkpoint: Checkpoint | undefined): Promise<Outcome> {
    if (program !== undefined && checkpoint !== undefined) this.#reopen(program, checkpoint);
    else await this.#open();
    this.#tasks.listen();
    for (;;) {
      this.#feedNext();
      this.#replyToAnswers();
      this.#commands.cancelWhatWasClosed();
      if (this.#makesRoom()) {
        if (this.#journal.empty) await this.#continueAsNew();
        await this.#writes.now();
        continue;
      }
      while (this.#commands.any && this.#outcome === undefined) {
        const held = this.#clock.seen.historyLength >= this.#bounds.holdEvents && this.#intake.inFlight > 0;
        const slow = this.#commands.perform(held ? "hold calls" : "all");
        if (slow !== undefined) await this.#performSlowly(slow);
        this.#commands.cancelWhatWasClosed();
        if (held || this.#makesRoom()) break;
      }
      if (this.#outcome !== undefined) break;
      if (this.#intake.hasNext) continue;
      if (this.#journal.unsentCount > 0) {
        if (this.#intake.laneFree) this.#writes.aside();
      } else if (this.#makesRoom()) continue;
      await this.#intake.sleep();
    }
    // What still comes in is given its verdict, so that an event is free for others, and the journal is empty at the end.
    for (;;) {
      while (this.#intake.hasNext) this.#feedNext();
      this.#replyToAnswers();
      if (!this.#children.settled) await this.#intake.takingOver(() => this.#children.settled);
      else if (!this.#journal.empty) await this.#writes.now();
      else if (!this.#intake.laneFree) await this.#intake.takingOver(() => this.#intake.laneFree);
      else if (this.#tasks.quiet) return this.#outcome;
      else await condition(() => this.#tasks.quiet || this.#intake.length > 0);
    }
  }

  /** What a run that succeeded gives the run that called it. */
  childReturn(output: Json): ChildReturn {
    return childReturnOf(this.#state, output, this.#clock.now);
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
    const entries = this.#take(first);
    this.#feedSegment(head.segment, events ?? [], entries);
    this.#clock.passed(head.context.now);
    if (head.at === undefined) this.#clock.came(this.#clock.moment());
    else this.#clock.passed(head.at);
  }

  #reopen(program: Program, checkpoint: Checkpoint): void {
    this.#program = program;
    this.#state = checkpoint.state;
    this.#bounds = checkpoint.bounds;
    if (checkpoint.quotaWaived === true) this.#quota.waive();
    this.#usage.takeOver(checkpoint);
    this.#ordinal = checkpoint.ordinal;
    this.#turn = checkpoint.turn + 1;
    this.#room.begin(checkpoint.state);
    this.#commands.reopen(checkpoint.state);
  }

  // --- feeding the interpreter

  /** Feeds one event, if there is one. */
  #feedNext(): void {
    let next = this.#intake.next();
    if (!this.#budgetReported && this.#clock.seen.historyLength >= this.#bounds.historyEvents) {
      this.#budgetReported = true;
      this.#intake.push({ kind: "historyBudgetSpent" });
      next ??= this.#intake.next();
    }
    if (next === undefined) return;
    this.#turn++;
    if ("together" in next) for (const event of next.together) this.#feed(event);
    else this.#feed(next);
  }

  #feed(event: Incoming): void {
    const { now } = this.#clock;
    const entries = this.#take(resume(this.#program, this.#state, { ...event, now, turn: this.#turn } as RunEvent));
    this.#journal.append(entries);
    this.#tasks.sees(event, entries);
  }

  /** Takes over a transition's state, commands and outcome; its entries are the caller's. */
  #take(transition: Transition): readonly JournalEntry[] {
    this.#usage.add(this.#state, transition);
    this.#state = transition.state;
    this.#commands.add(transition.commands);
    if (transition.outcome !== undefined) this.#outcome = transition.outcome;
    if (workflowInfo().unsafe.isReplaying) journal.append(transition.journal);
    return transition.journal;
  }

  /** Feeds exactly the events that a segment fed, and compares. A difference is a defect of the deployment: it fails the task, not the run. */
  #feedSegment(head: SegmentHead, events: readonly RunEvent[], before: readonly JournalEntry[]): void {
    const entries = [...before];
    for (const event of events) {
      this.#clock.passed(event.now);
      for (const entry of this.#take(resume(this.#program, this.#state, event))) entries.push(entry);
    }
    if (this.#state.nextSeq !== head.nextSeq || segmentHash(entries, this.#state) !== head.hash) {
      throw new Error(
        `The segment before entry ${head.nextSeq} went another way here: worker and workflow bundle must be of one build`,
      );
    }
    if (!head.written) {
      this.#journal.append(entries);
      if (head.unwritten !== undefined) this.#writes.aside(undefined, withOutputs(head.unwritten, events));
    }
    this.#commands.dropDoneIn(this.#state);
  }

  // --- what must be waited for

  async #performSlowly({ flushFirst, yields, local }: Slow): Promise<void> {
    if (flushFirst) await this.#writes.now();
    if (yields) await this.#yield();
    if (local.length > 0) await this.#segment(local);
  }

  async #segment(calls: readonly Call[]): Promise<void> {
    this.#turn++;
    const { now } = this.#clock;
    const result = await this.#segments.run(calls, {
      now,
      turn: this.#turn,
      fuel: this.#usage.fuel,
      program: this.#program,
    });
    this.#commands.add(calls);
    if (result !== undefined) this.#feedSegment(result.head, result.events, []);
  }

  /** Other runs of this thread go on while the journal is written, or a timer lets signals and cancels in. */
  async #yield(): Promise<void> {
    if (this.#state.counters.yields % this.#bounds.yieldsPerTimer === 0) {
      await sleep(1);
      this.#clock.came(this.#clock.moment());
    } else await this.#writes.now();
    this.#turn++;
    this.#intake.push({ kind: "continue" });
  }

  /** Whoever has answered a task, and waits, hears what the run did with the answer when that is written. The run goes on meanwhile. */
  #replyToAnswers(): void {
    if (this.#tasks.decided) this.#writes.aside(this.#tasks.takeDecided());
  }

  // --- continue-as-new

  /** A bound is reached, and nothing is in flight: the server would cancel it or lose its completion. */
  #makesRoom(): boolean {
    if (
      this.#outcome !== undefined ||
      this.#state.cancel !== undefined ||
      this.#intake.inFlight > 0 ||
      !this.#tasks.quiet ||
      !this.#intake.empty
    )
      return false;
    return this.#room.isUsedUp(this.#state, this.#bounds, this.#tasks.answers, this.#clock.seen);
  }

  async #continueAsNew(): Promise<never> {
    const checkpoint: Checkpoint = {
      state: this.#state,
      bounds: this.#bounds,
      ordinal: this.#ordinal + 1,
      turn: this.#turn,
      ...this.#usage.soFar(),
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

  #writer(): Writer {
    const { stepsBegun } = this.#usage;
    const { historyLength, continuedFromExecutionRunId: continuedFrom } = workflowInfo();
    return {
      tenantId: this.#start.tenantId,
      runId: this.#start.runId,
      ordinal: this.#ordinal,
      historyLength,
      ...(continuedFrom === undefined ? {} : { continuedFrom }),
      ...(this.#quota.waived ? { quotaWaived: true } : {}),
      ...(stepsBegun === undefined ? {} : { stepsBegun }),
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
