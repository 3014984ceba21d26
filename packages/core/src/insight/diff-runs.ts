import type { Instant, JournalEntry, RunState, ValueReference } from "../interpreter/transition.ts";
import type { ResolveReference } from "../journal/fold.ts";
import { applyInput } from "../journal/fold.ts";
import { programIndex } from "../interpreter/program-index.ts";
import type { Program, Target } from "../program/program.ts";
import { instantMs } from "../time/instant.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { ValueChange } from "./value-changes.ts";
import { valueChanges } from "./value-changes.ts";
import { durationText, placeText, valueText } from "./why/text.ts";

/** A run to be compared with another. */
export interface DiffSide {
  readonly runId: string;
  readonly workflow: string;
  readonly version: number | null;
  readonly definitionHash: string | null;
  readonly program: Program;
  readonly journal: readonly JournalEntry[];
  readonly resolve?: ResolveReference;
}

/** A step execution of one of the two. */
export interface DiffStep {
  readonly seq: number;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly status: string;
}

export interface PathDivergence {
  readonly kind: "only-in-a" | "only-in-b" | "other-step" | "other-status";
  readonly sentence: string;
  readonly a?: DiffStep;
  readonly b?: DiffStep;
}

export interface ValueDivergence {
  /** `payload`, or what of the step differs. */
  readonly of: "payload" | "output" | "event" | "error" | "written";
  readonly sentence: string;
  /** Into what is compared; of what a step wrote, it begins with the scope. */
  readonly pointer: string;
  /** Absent where nothing stands there. */
  readonly aValue?: Json;
  readonly bValue?: Json;
  readonly a?: DiffStep;
  readonly b?: DiffStep;
}

export interface TimingDivergence {
  readonly sentence: string;
  readonly a: DiffStep;
  readonly b: DiffStep;
  readonly aMs: number;
  readonly bMs: number;
  readonly differenceMs: number;
}

export interface RunDiff {
  readonly sameDefinition: boolean;
  /** Path and values are the same. */
  readonly same: boolean;
  /** The first of each kind; null: there is none. */
  readonly path: PathDivergence | null;
  readonly values: ValueDivergence | null;
  readonly timing: TimingDivergence | null;
  /** The first difference of each step's values: clocks and random values differ in any two runs. */
  readonly differences: readonly ValueDivergence[];
  /** Step executions that both have. */
  readonly common: number;
}

const differencesMax = 50;
/** Shorter differences are how machines are. */
export const timingToleranceMs = 1_000;

/**
 * Where two runs first part: in the steps that they took, in the values that these gave, and in the time that they took. Steps are the same
 * when id, iteration and the how-manieth execution are: so runs of two versions can be compared, and the interleaving of branches is none.
 */
export function diffRuns(a: DiffSide, b: DiffSide): RunDiff {
  const [one, other] = [stepsOf(a), stepsOf(b)];
  const pairs = one.flatMap((step) => {
    const counterpart = other.find(({ key }) => key === step.key);
    return counterpart === undefined ? [] : [{ a: step, b: counterpart }];
  });
  const path = pathDivergence(one, other);
  const differences = [...payloadDivergence(a, b), ...pairs.flatMap((pair) => stepDivergence(a, b, pair))].slice(
    0,
    differencesMax,
  );
  return {
    sameDefinition: a.definitionHash !== null && a.definitionHash === b.definitionHash,
    same: path === null && differences.length === 0,
    path,
    values: differences[0] ?? null,
    timing: timingDivergence(pairs),
    differences,
    common: pairs.length,
  };
}

interface Step extends DiffStep {
  readonly key: string;
  /** Of its latest entry. */
  readonly endSeq: number;
  readonly startedAt: Instant;
  readonly finishedAt?: Instant;
  readonly output?: Json;
  readonly outputReference?: ValueReference;
  readonly event?: Json;
  readonly eventReference?: ValueReference;
  readonly error?: { readonly category: string; readonly code: string; readonly message: string };
  /** By target, what stood there when the transition that ended the step was over. */
  readonly written?: { readonly [target: string]: Json };
}

interface Pair {
  readonly a: Step;
  readonly b: Step;
}

function stepsOf(side: DiffSide): Step[] {
  const steps = new Map<number, { -readonly [K in keyof Step]: Step[K] }>();
  const seen = new Map<string, number>();
  for (const entry of side.journal) {
    if (entry.kind === "step") {
      const known = steps.get(entry.execution);
      if (known === undefined) {
        const name = `${entry.stepId} ${entry.iteration.join(",")}`;
        const nth = (seen.get(name) ?? 0) + 1;
        seen.set(name, nth);
        steps.set(entry.execution, {
          key: `${name} ${nth}`,
          seq: entry.seq,
          endSeq: entry.seq,
          stepId: entry.stepId,
          stepPath: entry.stepPath,
          iteration: entry.iteration,
          status: entry.status,
          startedAt: entry.at,
        });
      }
      const step = steps.get(entry.execution);
      if (step === undefined) continue;
      step.status = entry.status;
      step.endSeq = entry.seq;
      if (entry.status !== "RUNNING" && entry.status !== "WAITING") step.finishedAt = entry.at;
      const { output, outputReference, error } = entry.data ?? {};
      if (output !== undefined) step.output = output;
      if (outputReference !== undefined) step.outputReference = outputReference;
      if (error !== undefined) step.error = { category: error.category, code: error.code, message: error.message };
    } else if (entry.kind === "wait" && entry.status === "RESOLVED") {
      const step = steps.get(entry.execution);
      if (step === undefined) continue;
      const { payload, payloadReference } = entry.data ?? {};
      if (payload !== undefined) step.event = payload;
      if (payloadReference !== undefined) step.eventReference = payloadReference;
    }
  }
  noteWritten(side, steps);
  return [...steps.values()];
}

/** What steps wrote that compute and do nothing else; their entries hold no value. */
function noteWritten(
  side: DiffSide,
  steps: ReadonlyMap<number, { written?: Step["written"]; stepPath: string }>,
): void {
  const index = programIndex(side.program);
  let state: RunState | undefined;
  let ended: number[] = [];
  const note = (): void => {
    for (const execution of ended) {
      const step = steps.get(execution);
      const source = step === undefined ? undefined : index.steps.get(step.stepPath);
      if (step === undefined || state === undefined) continue;
      if (source?.type === "transform.assign") {
        const written: { [target: string]: Json } = {};
        for (const { target } of source.assign) {
          const value = valueAt(state, target);
          if (value !== undefined) written[`/${target.join("/")}`] = value;
        }
        step.written = written;
      } else if (source?.type === "state.set") step.written = { "/state": state.state };
    }
    ended = [];
  };
  for (const entry of side.journal) {
    if (entry.kind === "input") {
      note();
      state = applyInput(side.program, state, entry.data, side.resolve).state;
    } else if (entry.kind === "step" && entry.status === "SUCCEEDED") ended.push(entry.execution);
  }
  note();
}

function valueAt(state: RunState, [scope, ...path]: Target): Json | undefined {
  let value: Json | undefined = scope === "payload" ? state.payload : (state.vars as JsonObject);
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}

function pathDivergence(a: readonly Step[], b: readonly Step[]): PathDivergence | null {
  const [inA, inB] = [new Map(a.map((step) => [step.key, step])), new Map(b.map((step) => [step.key, step]))];
  const onlyA = a.findIndex(({ key }) => !inB.has(key));
  const onlyB = b.findIndex(({ key }) => !inA.has(key));
  const status = a.findIndex((step) => {
    const counterpart = inB.get(step.key);
    return counterpart !== undefined && counterpart.status !== step.status;
  });
  const first = Math.min(...[onlyA, onlyB, status].filter((index) => index >= 0));
  if (!Number.isFinite(first)) return null;
  const [one, other] = [a[onlyA], b[onlyB]];
  if (first === status && status !== onlyA && status !== onlyB) {
    const step = a[status] as Step;
    const counterpart = inB.get(step.key) as Step;
    return {
      kind: "other-status",
      sentence: `${placeText(step)} ${standing(step)} in A and ${standing(counterpart)} in B.`,
      a: shown(step),
      b: shown(counterpart),
    };
  }
  if (one !== undefined && other !== undefined && onlyA === onlyB)
    return {
      kind: "other-step",
      sentence: `A went to ${placeText(one)}, and B to ${placeText(other)}.`,
      a: shown(one),
      b: shown(other),
    };
  if (first === onlyA && one !== undefined)
    return { kind: "only-in-a", sentence: `Only A went to ${placeText(one)}.`, a: shown(one) };
  return other === undefined
    ? null
    : { kind: "only-in-b", sentence: `Only B went to ${placeText(other)}.`, b: shown(other) };
}

function payloadDivergence(a: DiffSide, b: DiffSide): ValueDivergence[] {
  const [change] = valueChanges(payloadOf(a), payloadOf(b), 1);
  return change === undefined ? [] : [divergence("payload", "The payload", change)];
}

/** What the run began with. */
function payloadOf({ program, journal, resolve }: DiffSide): Json | undefined {
  const [first] = journal;
  if (first?.kind !== "input") return undefined;
  const { data } = first;
  if (data.kind === "start")
    return data.reference === undefined || resolve === undefined ? data.payload : resolve(data.reference);
  return applyInput(program, undefined, data, resolve).state.payload;
}

function stepDivergence(a: DiffSide, b: DiffSide, pair: Pair): ValueDivergence[] {
  const name = placeText(pair.a);
  const places = { a: shown(pair.a), b: shown(pair.b) };
  const found = (of: ValueDivergence["of"], what: string, one: Json | undefined, other: Json | undefined) => {
    const [change] = valueChanges(one, other, 1);
    return change === undefined ? undefined : { ...divergence(of, what, change), ...places };
  };
  const first =
    found(
      "event",
      `What came for ${name}`,
      held(a, pair.a.event, pair.a.eventReference),
      held(b, pair.b.event, pair.b.eventReference),
    ) ??
    found(
      "output",
      `The output of ${name}`,
      held(a, pair.a.output, pair.a.outputReference),
      held(b, pair.b.output, pair.b.outputReference),
    ) ??
    found("error", `The error of ${name}`, pair.a.error, pair.b.error) ??
    writtenDivergence(name, pair, places);
  return first === undefined ? [] : [first];
}

function writtenDivergence(
  name: string,
  { a, b }: Pair,
  places: { readonly a: DiffStep; readonly b: DiffStep },
): ValueDivergence | undefined {
  for (const target of Object.keys({ ...a.written, ...b.written })) {
    const [change] = valueChanges(a.written?.[target], b.written?.[target], 1);
    if (change !== undefined)
      return {
        ...divergence("written", `What ${name} wrote`, { ...change, pointer: target + change.pointer }),
        ...places,
      };
  }
  return undefined;
}

function held({ resolve }: DiffSide, value: Json | undefined, reference: ValueReference | undefined): Json | undefined {
  return reference === undefined || resolve === undefined ? value : resolve(reference);
}

function divergence(of: ValueDivergence["of"], what: string, { pointer, before, after }: ValueChange): ValueDivergence {
  return {
    of,
    sentence: `${what} differs${pointer === "" ? "" : ` at ${pointer}`}: ${valueText(before)} in A, ${valueText(after)} in B.`,
    pointer,
    ...(before === undefined ? {} : { aValue: before }),
    ...(after === undefined ? {} : { bValue: after }),
  };
}

function timingDivergence(pairs: readonly Pair[]): TimingDivergence | null {
  // By their ends: of a block and the step in it that took longer, the step is told.
  for (const { a, b } of [...pairs].sort((one, other) => one.a.endSeq - other.a.endSeq)) {
    if (a.finishedAt === undefined || b.finishedAt === undefined) continue;
    const aMs = instantMs(a.finishedAt) - instantMs(a.startedAt);
    const bMs = instantMs(b.finishedAt) - instantMs(b.startedAt);
    if (Math.abs(aMs - bMs) < timingToleranceMs) continue;
    return {
      sentence: `${placeText(a)} took ${durationText(aMs)} in A and ${durationText(bMs)} in B.`,
      a: shown(a),
      b: shown(b),
      aMs,
      bMs,
      differenceMs: bMs - aMs,
    };
  }
  return null;
}

/** A run that is compared may be under way. */
function standing({ status }: Step): string {
  return `${["RUNNING", "WAITING", "RETRYING"].includes(status) ? "is" : "ended"} ${status}`;
}

function shown({ seq, stepId, stepPath, iteration, status }: Step): DiffStep {
  return { seq, stepId, stepPath, iteration, status };
}
