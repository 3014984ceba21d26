import { jsonBytes } from "../canonical/json-bytes.ts";
import type { ProgramStep, RetryPolicy, Value } from "../program/program.ts";
import { semantics as behaviours } from "../interpreter/semantics.ts";
import type { ReadonlyJson } from "../values/json.ts";
import { expressionsOf, programBlocks, valuesOf } from "./program-walk.ts";
import { forEachConcurrencyMax } from "./steps/control-for-each.ts";

/** What a run of the workflow can come to in the worst case, faults of the installation left aside. */
export interface Bounds {
  /** Temporal history events of the whole run, children's own executions left aside; null: unbounded. */
  readonly historyEvents: number | null;
  /** The most history events between two moments at which the run can continue in a new execution; null: unbounded. */
  readonly peakHistoryEvents: number | null;
  /** Timers started; null: unbounded. */
  readonly timers: number | null;
  /** Actions, waits, tasks and children that are open at the same time; null: unbounded. */
  readonly fanOut: number | null;
  readonly largestLiteralBytes: number;
  /** Ids of steps whose repetitions no literal bounds. */
  readonly unbounded: readonly string[];
  readonly perStep: readonly StepBounds[];
}

export interface StepBounds {
  readonly stepId: string;
  readonly stepPath: string;
  /** How often the step runs at most; null: unbounded. */
  readonly times: number | null;
  /** Of all its runs together, the steps inside it left aside; null: unbounded. */
  readonly historyEvents: number | null;
  readonly timers: number | null;
  readonly fanOut: number | null;
  readonly largestLiteralBytes: number;
}

/** At so many history events the run fails with HISTORY_BUDGET. */
export const historyEventsMax = 40_000;
/** From so many on the run holds new calls back until nothing is in flight. */
const heldBackFromEvents = 12_000;
/** What one open call, wait, task or child may still write. */
const eventsInFlightMax = 12;
/** Open activities of one execution: Temporal refuses more than 2,000, and slows down long before. */
export const fanOutMax = 500;

// Measured per primitive, the follow-up workflow task included.
const cost = {
  run: 5,
  /** `openRun` at the start, the flush at the end, a cancel by somebody. */
  runMarkers: 2 + 5,
  activity: 6,
  marker: 1,
  timer: 5,
  canceledTimer: 2,
  signal: 4,
  update: 5,
  child: 9,
  /** An execution continued as new: its first task, `openRun`'s like, and the last task of the one before. */
  nextExecution: 7,
} as const;

const remoteStepsPerExecution = 250;
const stepsPerExecution = 5_000;
const suggestedEventsPerExecution = 4_096;

/** @param steps the compiled steps of the definition */
export function boundsOf(steps: readonly ProgramStep[], payloadSchema: ReadonlyJson | undefined): Bounds {
  const tally: Tally = { perStep: [], unbounded: [] };
  const total = blockBounds(steps, 1, tally);
  const executions =
    1 +
    Math.floor(total.remoteSteps / remoteStepsPerExecution) +
    Math.floor(total.steps / stepsPerExecution) +
    Math.floor(total.events / suggestedEventsPerExecution);
  // A yield comes after 200,000 units of fuel, and a step may use 100,000: at most one for two steps, each a flush and perhaps a timer.
  const yields = Math.ceil(total.computing / 2);
  const events =
    cost.run +
    cost.runMarkers +
    total.events +
    yields * (cost.marker + cost.timer) +
    (executions - 1) * cost.nextExecution;
  return {
    historyEvents: finite(events),
    peakHistoryEvents: finite(
      Math.min(cost.run + cost.runMarkers + total.peak, heldBackFromEvents + total.fanOut * eventsInFlightMax),
    ),
    timers: finite(total.timers),
    fanOut: finite(total.fanOut),
    largestLiteralBytes: tally.perStep.reduce(
      (most, step) => Math.max(most, step.largestLiteralBytes),
      payloadSchema === undefined ? 0 : jsonBytes(payloadSchema),
    ),
    unbounded: tally.unbounded,
    perStep: tally.perStep,
  };
}

interface Tally {
  readonly perStep: StepBounds[];
  readonly unbounded: string[];
}

interface Sum {
  readonly events: number;
  /** Of that, the most that is written without a moment at which nothing is in flight. */
  readonly peak: number;
  readonly timers: number;
  readonly fanOut: number;
  readonly steps: number;
  readonly remoteSteps: number;
  /** Step executions and turns of loops that evaluate expressions. */
  readonly computing: number;
}

const none: Sum = { events: 0, peak: 0, timers: 0, fanOut: 0, steps: 0, remoteSteps: 0, computing: 0 };

function blockBounds(steps: readonly ProgramStep[], times: number, tally: Tally): Sum {
  let sum = none;
  for (const step of steps) {
    if (step.disabled !== true) sum = inSequence(sum, stepBounds(step, times, tally));
  }
  return sum;
}

function stepBounds(step: ProgramStep, times: number, tally: Tally): Sum {
  const own = ownCost(step);
  const at = tally.perStep.length;
  const turns = step.type === "control.forEach" || step.type === "control.while" ? turnsOf(step) : 1;
  if (turns === Infinity || own.events === Infinity) tally.unbounded.push(step.id);
  const literals = valuesOf(step).map(({ value }) => largestLiteral(value));
  // Its place comes before those of the steps inside it.
  tally.perStep.push({
    stepId: step.id,
    stepPath: step.path,
    times: finite(times),
    historyEvents: finite(times * own.events),
    timers: finite(times * own.timers),
    fanOut: own.fanOut,
    largestLiteralBytes: Math.max(
      0,
      ...literals,
      step.type === "human.task" && "schema" in step.form ? jsonBytes(step.form.schema) : 0,
    ),
  });
  const computing = valuesOf(step).some(({ value }) => expressionsOf(value).length > 0);
  const itself: Sum = {
    events: own.events,
    peak: own.events,
    timers: own.timers,
    fanOut: own.fanOut,
    steps: 1,
    remoteSteps: own.events > cost.marker ? 1 : 0,
    computing: computing ? 1 : 0,
  };
  const inside = insideBounds(step, times, turns, computing, tally);
  const whole = inSequence(itself, inside);
  if (whole.fanOut !== own.fanOut)
    tally.perStep[at] = { ...(tally.perStep[at] as StepBounds), fanOut: finite(whole.fanOut) };
  return whole;
}

function insideBounds(step: ProgramStep, times: number, turns: number, computing: boolean, tally: Tally): Sum {
  switch (step.type) {
    case "control.if":
    case "control.switch":
      return programBlocks(step)
        .map((block) => blockBounds(block, times, tally))
        .reduce(either, none);
    case "control.parallel":
      return step.branches.map((branch) => blockBounds(branch.steps, times, tally)).reduce(sideBySide, none);
    case "control.forEach":
    case "control.while": {
      const body = blockBounds(step.body, product(times, turns), tally);
      const wide = step.type === "control.forEach" ? Math.min(concurrencyOf(step), turns) : 1;
      const each = product(body.events, turns);
      return {
        events: each,
        // Side by side there may never be a moment at which nothing is in flight.
        peak: wide > 1 ? each : body.peak,
        timers: product(body.timers, turns),
        fanOut: product(body.fanOut, wide),
        steps: product(body.steps, turns),
        remoteSteps: product(body.remoteSteps, turns),
        computing: product(body.computing + (computing ? 1 : 0), turns),
      };
    }
    default:
      // try, catch and finally, a saga's body and the undoing of its steps may all come after another.
      return programBlocks(step)
        .map((block) => blockBounds(block, times, tally))
        .reduce(inSequence, none);
  }
}

interface Cost {
  readonly events: number;
  readonly timers: number;
  readonly fanOut: number;
}

/** One execution of the step itself: what it commands, and one flush of the entries around it. */
function ownCost(step: ProgramStep): Cost {
  switch (step.type) {
    case "action.call": {
      const again = step.retry !== undefined && step.retry.maxAttempts > 1 ? cost.activity : 0;
      // A local call is a segment of its own with a timer, and is handed back when it may be tried again;
      // a call in a batch is called again singly.
      if (step.facts.execution === "local")
        return { events: cost.marker + cost.timer + again + cost.marker, timers: 0, fanOut: 1 };
      return { events: cost.activity + (step.facts.batch ? cost.activity : 0) + cost.marker, timers: 0, fanOut: 1 };
    }
    case "time.wait":
      return { events: cost.timer + 2 * cost.marker, timers: 1, fanOut: 1 };
    case "event.wait": {
      const timed = step.timeout === undefined ? 0 : 1;
      return { events: cost.signal + timed * (cost.timer + cost.marker) + 2 * cost.marker, timers: timed, fanOut: 1 };
    }
    case "human.task": {
      const reminders = step.reminders === undefined ? 0 : literalNumber(step.reminders.max);
      const timers = reminders + (step.timeout === undefined ? 0 : 1) + (step.due === undefined ? 0 : 1);
      return { events: cost.update + 3 * cost.marker + timers * (cost.timer + 2 * cost.marker), timers, fanOut: 1 };
    }
    case "control.callWorkflow": {
      const tries = triesOf(step.retry);
      return {
        events: tries * (cost.child + 2 * cost.marker) + (tries - 1) * cost.timer,
        timers: tries - 1,
        fanOut: 1,
      };
    }
    case "control.saga":
      return { events: cost.timer + cost.marker, timers: 1, fanOut: 0 };
    default:
      return { events: cost.marker, timers: 0, fanOut: 0 };
  }
}

function triesOf(retry: RetryPolicy | undefined): number {
  return retry?.maxAttempts ?? 1;
}

/** The largest number of turns of a loop that its literals allow. */
function turnsOf(step: Extract<ProgramStep, { type: "control.forEach" | "control.while" }>): number {
  if (step.type === "control.while") return literalNumber(step.maxIterations);
  const most = step.maxItems === undefined ? behaviours[2].forEachItemsMax : literalNumber(step.maxItems);
  if (step.items.kind === "literal") return Math.min(most, literalItems(step.items.value));
  return step.items.kind === "array" ? Math.min(most, step.items.items.length) : most;
}

function literalItems(items: unknown): number {
  if (Array.isArray(items)) return items.length;
  return items === null ? 0 : 1;
}

function concurrencyOf(step: Extract<ProgramStep, { type: "control.forEach" }>): number {
  const { concurrency } = step;
  if (concurrency === undefined) return 1;
  return concurrency.kind === "literal" && typeof concurrency.value === "number"
    ? concurrency.value
    : forEachConcurrencyMax;
}

/** Infinity for what only an expression tells. */
function literalNumber(value: Value): number {
  return value.kind === "literal" && typeof value.value === "number" ? value.value : Infinity;
}

function inSequence(a: Sum, b: Sum): Sum {
  return combine(a, b, Math.max(a.fanOut, b.fanOut), Math.max(a.peak, b.peak));
}

function sideBySide(a: Sum, b: Sum): Sum {
  return combine(a, b, a.fanOut + b.fanOut, a.events + b.events);
}

function combine(a: Sum, b: Sum, fanOut: number, peak: number): Sum {
  return {
    events: a.events + b.events,
    peak,
    timers: a.timers + b.timers,
    fanOut,
    steps: a.steps + b.steps,
    remoteSteps: a.remoteSteps + b.remoteSteps,
    computing: a.computing + b.computing,
  };
}

function either(a: Sum, b: Sum): Sum {
  return {
    events: Math.max(a.events, b.events),
    peak: Math.max(a.peak, b.peak),
    timers: Math.max(a.timers, b.timers),
    fanOut: Math.max(a.fanOut, b.fanOut),
    steps: Math.max(a.steps, b.steps),
    remoteSteps: Math.max(a.remoteSteps, b.remoteSteps),
    computing: Math.max(a.computing, b.computing),
  };
}

/** 0 × ∞ is 0 here: what is never done costs nothing, however often. */
function product(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : a * b;
}

function finite(count: number): number | null {
  return count <= Number.MAX_SAFE_INTEGER ? count : null;
}

function largestLiteral(value: Value): number {
  switch (value.kind) {
    case "literal":
      return jsonBytes(value.value);
    case "object":
      return Math.max(0, ...value.entries.map(([, member]) => largestLiteral(member)));
    case "array":
      return Math.max(0, ...value.items.map(largestLiteral));
    case "expr":
    case "secret":
      return 0;
  }
}
