import type { JournalEntry, StepPlace } from "@mainspring/core";
import type { NoneInvocation } from "../none-invocations.ts";

/** Numbers from a seed, the same on every machine. */
export interface Chance {
  /** 0 .. n - 1 */
  below(n: number): number;
  /** One in n. */
  oneIn(n: number): boolean;
}

export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { below: (n) => Math.floor(next() * n), oneIn: (n) => next() * n < 1 };
}

/** As much of a run's state as decides what it journals next. */
export interface SimulatedState {
  readonly nextSeq: number;
  readonly openSteps: readonly StepPlace[];
  readonly openWaits: readonly {
    readonly waitId: string;
    readonly place: StepPlace;
    readonly key: string;
    readonly waitType: "event" | "human";
  }[];
  readonly nextCommand: number;
}

export const firstState: SimulatedState = { nextSeq: 1, openSteps: [], openWaits: [], nextCommand: 1 };

/**
 * What a run journals in one go. The same seed and state give the same entries but for their time, as tries of one workflow task do.
 * @param eventIds of the inbox, to have verdicts on
 */
export function journalSome(
  state: SimulatedState,
  seed: number,
  options: { readonly count: number; readonly at: string; readonly eventIds: readonly string[] },
): { state: SimulatedState; entries: JournalEntry[] } {
  const random = chance(seed);
  const entries: JournalEntry[] = [];
  let { nextSeq, nextCommand } = state;
  let openSteps = [...state.openSteps];
  let openWaits = [...state.openWaits];
  for (let i = 0; i < options.count; i += 1) {
    const common = { seq: nextSeq, at: options.at };
    nextSeq += 1;
    const step = openSteps[random.below(Math.max(1, openSteps.length))];
    const wait = openWaits[random.below(Math.max(1, openWaits.length))];
    switch (random.below(8)) {
      case 0:
      case 1: {
        const place = {
          stepId: `s${random.below(5)}`,
          stepPath: `root.steps[${random.below(5)}]`,
          iteration: random.oneIn(3) ? [random.below(3)] : [],
          execution: common.seq,
        };
        openSteps = [...openSteps, place];
        entries.push({ ...common, kind: "step", status: "RUNNING", ...place, data: { type: "action.call" } });
        break;
      }
      case 2:
        if (step === undefined) entries.push({ ...common, kind: "state", data: { n: random.below(9) } });
        else {
          openSteps = openSteps.filter((open) => open !== step);
          const failed = random.oneIn(3);
          const error = { category: "ActionError", code: "BROKEN", message: "no", at: options.at } as const;
          entries.push({
            ...common,
            kind: "step",
            status: failed ? "FAILED" : "SUCCEEDED",
            ...step,
            data: failed
              ? { error, attempt: 1 + random.below(3) }
              : {
                  output: { b: random.below(9), a: 1 },
                  ...(random.oneIn(2) ? { attempt: 1 + random.below(3) } : {}),
                },
          });
        }
        break;
      case 3: {
        const place = step ?? { stepId: "w", stepPath: "root.steps[9]", iteration: [], execution: common.seq };
        const waitId = `c${nextCommand}`;
        nextCommand += 1;
        const [eventId] = options.eventIds;
        const waitType = eventId !== undefined && random.oneIn(3) ? "human" : "event";
        // Of this run, and of the try: another one asks another task.
        const taskId = `${eventId?.slice(0, 24) ?? ""}${random
          .below(2 ** 32)
          .toString(16)
          .padStart(12, "0")}`;
        const key = waitType === "human" ? taskId : `k${random.below(3)}`;
        openWaits = [...openWaits, { waitId, place, key, waitType }];
        entries.push({
          ...common,
          kind: "wait",
          waitId,
          waitType,
          status: "WAITING",
          ...place,
          data: { event: "e", key, ...(waitType === "human" ? asked(random) : {}) },
        });
        break;
      }
      case 4:
        if (wait === undefined)
          entries.push({ ...common, kind: "run", status: random.oneIn(2) ? "WAITING" : "RUNNING" });
        else if (wait.waitType === "human" && random.oneIn(3)) {
          const data = { taskId: wait.key, number: 1, max: 9 };
          entries.push({ ...common, kind: "reminder", waitId: wait.waitId, ...wait.place, data });
        } else {
          openWaits = openWaits.filter((open) => open !== wait);
          const answered = wait.waitType === "human" && random.oneIn(2);
          entries.push({
            ...common,
            kind: "wait",
            waitId: wait.waitId,
            waitType: wait.waitType,
            status: random.oneIn(2) ? "RESOLVED" : "CANCELED",
            ...wait.place,
            data: answered
              ? { event: "e", key: wait.key, resolvedBy: "answer", by: "ada", eventId: "s-1", payload: random.below(9) }
              : { resolvedBy: "timeout" },
          });
        }
        break;
      case 5:
        entries.push({ ...common, kind: "state", data: `state ${random.below(9)}` });
        break;
      case 6:
        entries.push({
          ...common,
          kind: "event",
          eventId: options.eventIds[random.below(options.eventIds.length)] ?? "x",
          verdict: random.oneIn(2) ? "taken" : "ignored",
        });
        break;
      default:
        entries.push({ ...common, kind: "run", status: random.oneIn(2) ? "WAITING" : "RUNNING" });
    }
  }
  return { state: { nextSeq, nextCommand, openSteps, openWaits }, entries };
}

function asked(random: Chance) {
  return {
    title: `Title ${random.below(9)}`,
    asks: { assignTo: { users: ["ada"] }, context: { n: random.below(9) } },
    form: random.oneIn(3) ? { ref: "approval" } : { schema: { type: "integer" } },
  };
}

/** Effect-free calls of a segment, one for each step that ended in it. */
export function callsOf(entries: readonly JournalEntry[], runId: string): NoneInvocation[] {
  return entries.flatMap((entry) =>
    entry.kind === "step" && entry.status === "SUCCEEDED"
      ? [
          {
            key: `${runId}:${entry.stepPath}:${entry.iteration.join()}:${entry.execution}`,
            commandId: `call${entry.execution}`,
            place: {
              stepId: entry.stepId,
              stepPath: entry.stepPath,
              iteration: entry.iteration,
              execution: entry.execution,
            },
            action: "log.write@1",
            input: { seq: entry.seq },
            status: "SUCCEEDED" as const,
            output: null,
            attempts: 1,
            startedAt: entry.at,
            finishedAt: entry.at,
          },
        ]
      : [],
  );
}

/** Entries that an action call in flight owns. */
export interface InFlight {
  readonly entries: readonly JournalEntry[];
  readonly historyLength: number;
  /** Of a flush that goes as an activity of its own: it is tried until it is written. */
  readonly nextSeq?: number;
  /** As of such a flush: calls of a segment whose commit was refused. */
  readonly calls?: readonly NoneInvocation[];
}

/** One execution of the run on Temporal. */
export interface SimulatedExecution {
  readonly temporalRunId: string;
  readonly continuedFrom: string | undefined;
  readonly ordinal: number;
  readonly historyLength: number;
  readonly state: SimulatedState;
  /** What its history holds so far: the truth. */
  readonly entries: readonly JournalEntry[];
  readonly calls: readonly NoneInvocation[];
  readonly inFlight: readonly InFlight[];
  readonly unsent: readonly JournalEntry[];
}

/** The writes of one attempt of something, which may come in again at any later time. */
export type Straggler = () => Promise<unknown>;
