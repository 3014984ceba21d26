import type { JournalEntry } from "@mainspring/core";
import { registerExecution } from "../executions.ts";
import { newId } from "../ids.ts";
import { appendCarried, writeCarried, writeProvisional } from "../journal.ts";
import type { CarriedWrite } from "../journal.ts";
import type { NoneInvocation } from "../none-invocations.ts";
import { takeSegmentToken } from "../segments.ts";
import type { Store } from "../store.ts";
import { callsOf, chance, firstState, journalSome } from "./simulated-run.ts";
import type { Chance, InFlight, SimulatedExecution, SimulatedState, Straggler } from "./simulated-run.ts";

type WhatTask = "goes on" | "ends the run";

interface Try {
  readonly does: WhatTask;
  readonly historyLength: number;
  readonly at: string;
  /** Of what is done; equal for tries that see the same history. */
  readonly seed: number;
  /** Of what the world answers to local calls: another each time. */
  readonly worldSeed: number;
  readonly completes: boolean;
}

/**
 * Drives one run as Temporal would, all its mishaps included: workflow tasks that fail and run again with more history or with as
 * much, segments that are lost, action calls that fail or answer late, continue-as-new, resets, and writers thought dead whose
 * writes come in at any later time.
 *
 * The current execution's own writes must get through; when one does not, it is an error.
 */
export class SimulatedTemporal {
  readonly #store: Store;
  readonly #tenantId: string;
  readonly #runId: string;
  readonly #eventIds: readonly string[];
  readonly #random: Chance;
  readonly #stragglers: Straggler[] = [];
  readonly #resetPoints: SimulatedExecution[] = [];
  #clockMs = Date.parse("2031-03-30T00:30:00.000Z");
  execution: SimulatedExecution = {
    temporalRunId: newId(),
    continuedFrom: undefined,
    ordinal: 1,
    historyLength: 2,
    state: firstState,
    entries: [],
    calls: [],
    inFlight: [],
    unsent: [],
  };

  constructor(
    store: Store,
    ids: { readonly tenantId: string; readonly runId: string; readonly eventIds: readonly string[] },
    seed: number,
  ) {
    this.#store = store;
    this.#tenantId = ids.tenantId;
    this.#runId = ids.runId;
    this.#eventIds = ids.eventIds;
    this.#random = chance(seed);
  }

  /** Something happens: most often a workflow task. */
  async step(): Promise<void> {
    const random = this.#random;
    if (random.oneIn(9) && this.execution.inFlight.length === 0) await this.#continueAsNew();
    else if (random.oneIn(9) && this.#resetPoints.length > 0) this.reset();
    else await this.#workflowTask();
    await this.#resolveCalls();
    while (this.#stragglers.length > 0 && random.oneIn(2)) await this.#oneStraggler();
  }

  /** The run ends, and then the last of the stragglers come in. */
  async end(): Promise<void> {
    while (this.execution.inFlight.length > 0) await this.#resolveCalls();
    do {
      await this.#workflowTask("ends the run");
      while (this.execution.inFlight.length > 0) await this.#resolveCalls();
    } while (!this.#hasEnded());
    while (this.#stragglers.length > 0) await this.#oneStraggler();
  }

  /** Temporal goes back to the end of an earlier workflow task, in a new execution. What the old one had in flight straggles. */
  reset(): void {
    const point = this.#resetPoints[this.#random.below(this.#resetPoints.length)];
    if (point === undefined) return;
    const old = this.execution;
    for (const call of old.inFlight) this.#stragglers.push(this.#carried(old, call));
    this.execution = { ...point, temporalRunId: newId(), historyLength: point.historyLength + 2 };
    // What lies behind the point is no more.
    this.#resetPoints.length = this.#resetPoints.indexOf(point) + 1;
  }

  #hasEnded(): boolean {
    const last = this.execution.entries.at(-1);
    return last?.kind === "run" && last.status === "SUCCEEDED";
  }

  async #workflowTask(does: WhatTask = "goes on"): Promise<void> {
    const random = this.#random;
    let historyLength = this.execution.historyLength + 2 + random.below(3);
    let seed = random.below(1_000_000_000);
    for (let failures = random.oneIn(4) ? 2 + random.below(4) : random.below(2); failures > 0; failures -= 1) {
      await this.#tryTask({
        historyLength,
        at: this.#now(),
        seed,
        worldSeed: random.below(1_000_000_000),
        completes: false,
        does,
      });
      // From the second try on, one may see no more history than the one before; then it does the same.
      if (random.oneIn(2)) {
        historyLength += 1 + random.below(3);
        seed = random.below(1_000_000_000);
      }
    }
    await this.#tryTask({
      historyLength,
      at: this.#now(),
      seed,
      worldSeed: random.below(1_000_000_000),
      completes: true,
      does,
    });
    this.#resetPoints.push(this.execution);
  }

  async #tryTask(attempt: Try): Promise<void> {
    const doing = chance(attempt.seed);
    const answering = chance(attempt.worldSeed);
    let now: SimulatedExecution = { ...this.execution, historyLength: attempt.historyLength };
    const operations = 1 + doing.below(3);
    // A try that fails does so anywhere.
    const done = attempt.completes ? operations : this.#random.below(operations + 1);
    let afterSegment = false;
    for (let i = 0; i < done; i += 1) {
      // A run that ends has nothing in flight.
      const what = attempt.does === "ends the run" ? 1 + doing.below(3) : doing.below(4);
      const count = doing.below(4);
      if (what === 0) {
        now = advance(
          now,
          journalSome(now.state, doing.below(1_000_000_000), { count, at: attempt.at, eventIds: this.#eventIds }),
        );
        now = {
          ...now,
          inFlight: [...now.inFlight, { entries: now.unsent, historyLength: attempt.historyLength }],
          unsent: [],
        };
      } else if (what === 1 && now.inFlight.every(isFlush)) {
        now = await this.#segment(now, attempt, answering, count + 1);
        afterSegment = true;
      } else {
        now = advance(
          now,
          journalSome(now.state, doing.below(1_000_000_000), { count, at: attempt.at, eventIds: this.#eventIds }),
        );
        now = doing.oneIn(6) ? this.#flushDurably(now, attempt) : await this.#flushInTask(now, attempt, afterSegment);
      }
    }
    if (attempt.does === "ends the run" && done === operations) {
      // A segment that gave up left calls in flight: then the run ends later.
      if (now.inFlight.length === 0) {
        now = advance(now, ending(now.state, attempt.at));
        now = doing.oneIn(6) ? this.#flushDurably(now, attempt) : await this.#flushInTask(now, attempt, afterSegment);
      }
    }
    if (attempt.completes) this.execution = now;
  }

  async #flushInTask(
    of: SimulatedExecution,
    attempt: Try,
    afterSegment: boolean,
    calls: readonly NoneInvocation[] = [],
  ): Promise<SimulatedExecution> {
    const write = this.#flush(of, of.unsent, attempt.historyLength, { calls });
    if (attempt.completes) await this.#mustBeWritten(write);
    // What a failed try flushed behind a segment of its own comes in before the next try or never. Nothing in it tells it from
    // what the next try says under the same fence, but only its token tells a segment; the next longer history corrects it.
    else if (!afterSegment) await this.#mayBeWritten(write);
    else if (this.#random.oneIn(2)) await write();
    return { ...of, unsent: [] };
  }

  /** The local activity has used up its tries: an ordinary one is commanded, and comes at any time. */
  #flushDurably(
    of: SimulatedExecution,
    { historyLength }: Try,
    calls: readonly NoneInvocation[] = [],
  ): SimulatedExecution {
    const call = { entries: of.unsent, historyLength, nextSeq: of.state.nextSeq, calls };
    return { ...of, inFlight: [...of.inFlight, call], unsent: [] };
  }

  async #segment(
    before: SimulatedExecution,
    attempt: Try,
    answering: Chance,
    count: number,
  ): Promise<SimulatedExecution> {
    const token = newId();
    const taken = await this.#write(before, (db, epoch) =>
      takeSegmentToken(db, {
        runId: this.#runId,
        fence: { epoch, ordinal: before.ordinal, historyLength: attempt.historyLength },
        token,
      }),
    );
    if (taken !== "taken" && taken !== "exhausted")
      throw new Error(`A segment of the current execution was ${String(taken)}.`);
    const segment = journalSome(before.state, answering.below(1_000_000_000), {
      count,
      at: attempt.at,
      eventIds: this.#eventIds,
    });
    const now = advance(before, segment);
    if (taken === "exhausted") {
      const call = { entries: now.unsent, historyLength: attempt.historyLength };
      return { ...now, inFlight: [...now.inFlight, call], unsent: [] };
    }
    // A long segment outlives its workflow task, with which what was commanded before it begins.
    for (const flush of (attempt.completes ? before : this.execution).inFlight.filter(isFlush))
      if (this.#random.oneIn(2)) await this.#carried(before, flush)();
    const calls = callsOf(segment.entries, this.#runId);
    const write = this.#flush(now, now.unsent, attempt.historyLength, { token, calls });
    const done = { ...now, calls: [...now.calls, ...calls] };
    if (this.#random.oneIn(5)) {
      // All tries of the commit are refused, or unheard of: what it would have written goes with the next flush.
      if (this.#random.oneIn(2)) await write();
      return this.#random.oneIn(2)
        ? this.#flushDurably(done, attempt, calls)
        : this.#flushInTask(done, attempt, true, calls);
    }
    if (attempt.completes) await this.#mustBeWritten(write);
    else await this.#mayBeWritten(write);
    return { ...done, unsent: [] };
  }

  async #continueAsNew(): Promise<void> {
    const old = this.execution;
    if (old.unsent.length > 0) await this.#mustBeWritten(this.#flush(old, old.unsent, old.historyLength + 1));
    this.execution = {
      ...old,
      temporalRunId: newId(),
      continuedFrom: old.temporalRunId,
      ordinal: old.ordinal + 1,
      historyLength: 2,
      unsent: [],
    };
  }

  /** Calls in flight answer, or fail with or without having written, or take longer. */
  async #resolveCalls(): Promise<void> {
    const still = [];
    let { unsent } = this.execution;
    for (const call of this.execution.inFlight) {
      const write = this.#carried(this.execution, call);
      switch (this.#random.below(4)) {
        case 0:
          still.push(call);
          break;
        case 1:
          await this.#mayBeWritten(write);
          if (call.nextSeq !== undefined) still.push(call);
          else unsent = [...unsent, ...call.entries].sort((a, b) => a.seq - b.seq);
          break;
        default:
          await write();
          if (this.#random.oneIn(3)) this.#stragglers.push(write);
      }
    }
    this.execution = { ...this.execution, inFlight: still, unsent };
  }

  async #oneStraggler(): Promise<void> {
    const [write] = this.#stragglers.splice(this.#random.below(this.#stragglers.length), 1);
    await write?.();
  }

  async #mustBeWritten(write: Straggler): Promise<void> {
    const result = await write();
    if (result !== "written") throw new Error(`A flush of the current execution was ${String(result)}.`);
    if (this.#random.oneIn(3)) this.#stragglers.push(write);
  }

  /** Now, or later, or both, or never. */
  async #mayBeWritten(write: Straggler): Promise<void> {
    if (this.#random.oneIn(2)) await write();
    if (this.#random.oneIn(2)) this.#stragglers.push(write);
  }

  #flush(
    of: SimulatedExecution,
    entries: readonly JournalEntry[],
    historyLength: number,
    segment?: { readonly token?: string; readonly calls: readonly NoneInvocation[] },
  ): Straggler {
    const { nextSeq } = of.state;
    return () =>
      this.#write(of, (db, epoch) =>
        writeProvisional(db, {
          runId: this.#runId,
          fence: { epoch, ordinal: of.ordinal, historyLength },
          nextSeq,
          entries,
          ...(segment?.token === undefined ? {} : { segmentToken: segment.token }),
          invocations: segment?.calls ?? [],
        }),
      );
  }

  #carried(of: SimulatedExecution, { entries, historyLength, nextSeq, calls = [] }: InFlight): Straggler {
    const write = (epoch: number): CarriedWrite => ({
      runId: this.#runId,
      fence: { epoch, ordinal: of.ordinal, historyLength },
      entries,
      ...(nextSeq === undefined ? {} : { nextSeq, invocations: calls }),
    });
    const first = nextSeq !== undefined || this.#random.oneIn(3) ? "written" : "appended";
    return async () => {
      if (first === "appended" && entries.length > 0) {
        const appended = await this.#write(of, (db, epoch) => {
          db.lastRound();
          return appendCarried(db, write(epoch));
        });
        if (appended === true) return;
      }
      await this.#write(of, (db, epoch) => writeCarried(db, write(epoch)));
    };
  }

  async #write<T>(
    of: SimulatedExecution,
    write: (db: Parameters<Parameters<Store["tenant"]>[1]>[0], epoch: number) => Promise<T>,
  ): Promise<T | "stale"> {
    return this.#store.tenant(this.#tenantId, async (db) => {
      const { temporalRunId, ordinal, continuedFrom } = of;
      const registered = await registerExecution(
        db,
        { runId: this.#runId, temporalRunId, ordinal, ...(continuedFrom === undefined ? {} : { continuedFrom }) },
        async () => this.execution.temporalRunId === temporalRunId,
      );
      return registered === "stale" ? "stale" : write(db, registered.epoch);
    });
  }

  #now(): string {
    this.#clockMs += 1 + this.#random.below(1000);
    return new Date(this.#clockMs).toISOString();
  }
}

function isFlush({ nextSeq }: InFlight): boolean {
  return nextSeq !== undefined;
}

function ending(
  state: SimulatedState,
  at: string,
): { readonly state: SimulatedState; readonly entries: readonly JournalEntry[] } {
  const { nextSeq } = state;
  const data = { output: { n: nextSeq }, stateHash: `h${nextSeq}` };
  return {
    state: { ...state, nextSeq: nextSeq + 1 },
    entries: [{ seq: nextSeq, at, kind: "run", status: "SUCCEEDED", data }],
  };
}

function advance(
  execution: SimulatedExecution,
  said: { readonly state: SimulatedState; readonly entries: readonly JournalEntry[] },
): SimulatedExecution {
  return {
    ...execution,
    state: said.state,
    entries: [...execution.entries, ...said.entries],
    unsent: [...execution.unsent, ...said.entries],
  };
}
