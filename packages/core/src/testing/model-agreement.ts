import { isDeepStrictEqual } from "node:util";
import { buildProgram } from "./build-program.ts";
import type { StepSource } from "./build-program.ts";
import { generatedActions, generateSteps, generateWorld } from "./generate.ts";
import { reference } from "./reference.ts";
import { listsOfHolders, stepLists } from "./step-lists.ts";
import { lines, run } from "./world.ts";
import type { Ran, WorldOptions } from "./world.ts";

/** A program and a world to run it in, small enough to be read. */
export interface ModelCase {
  readonly semantics: 1 | 2;
  readonly steps: readonly StepSource[];
  readonly world: WorldOptions;
}

/** What is promised of a run, as the interpreter and as the naive reference interpreter have it. */
export interface BothRuns {
  readonly real: unknown;
  readonly naive: unknown;
}

/** The case that a seed stands for. @param size how many steps at most */
export function modelCase(seed: number, size: number, semantics: 1 | 2): ModelCase {
  return { semantics, steps: generateSteps(seed, size), world: generateWorld(seed) };
}

export function runBoth({ semantics, steps, world }: ModelCase): BothRuns {
  const program = buildProgram(steps, { semantics, actions: generatedActions });
  const naive = reference(program, world);
  return {
    real: promisedOf(run(program, world)),
    naive: promised({
      trace: naive.trace,
      outcome: naive.outcome,
      vars: naive.vars,
      payload: naive.payload,
      state: naive.state,
      effects: naive.effects,
      children: naive.children,
    }),
  };
}

/** What is promised of a run of the interpreter. */
export function promisedOf(ran: Ran): unknown {
  return promised({
    // A run that waits for ever: the naive one does not say what for.
    trace: lines(ran.trace).map((line) => line.replace("WAITING", "RUNNING")),
    outcome: ran.outcome,
    vars: ran.state.vars,
    payload: ran.state.payload,
    state: ran.state.state,
    effects: ran.effects,
    children: ran.children,
  });
}

/** Errors by what is promised of them: their texts and most details are not. */
function promised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(promised);
  if (typeof value === "string") return value.includes('"category":"') ? promisedText(value) : value;
  if (typeof value !== "object" || value === null) return value;
  const members = value as { [key: string]: unknown };
  if (typeof members["category"] === "string" && typeof members["code"] === "string") {
    const { category, code, stepId, nodePath, at, attempt, details } = members;
    const remain = (details as { effectsMayRemain?: unknown } | undefined)?.effectsMayRemain;
    return { category, code, stepId, nodePath, at, attempt, remain };
  }
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, promised(member)]));
}

/** Of an error that an expression has turned into text, what is promised of it. */
function promisedText(text: string): unknown {
  const [from, to] = [text.search(/[[{]/), Math.max(text.lastIndexOf("}"), text.lastIndexOf("]")) + 1];
  try {
    return [text.slice(0, from), promised(JSON.parse(text.slice(from, to))), text.slice(to)];
  } catch {
    return text;
  }
}

/** The two runs if they agree; undefined when they differ, or when one of them breaks. */
export function agreedRuns(from: ModelCase): BothRuns | undefined {
  try {
    const both = runBoth(from);
    return isDeepStrictEqual(plain(both.real), plain(both.naive)) ? both : undefined;
  } catch {
    return undefined;
  }
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/**
 * A case that still shows it, and from which no step, branch, option, event or cancel can be taken away.
 * @param shows left out: that the two differ
 */
export function smallest(
  from: ModelCase,
  shows: (candidate: ModelCase) => boolean = (candidate) => agreedRuns(candidate) === undefined,
): ModelCase {
  for (const candidate of simpler(from))
    if (isPossible(candidate) && shows(candidate)) return smallest(candidate, shows);
  return from;
}

/** Taking parts away may leave what no author could write: that shows nothing. */
function isPossible({ steps, semantics }: ModelCase): boolean {
  try {
    return buildProgram(steps, { semantics, actions: generatedActions }) !== undefined;
  } catch {
    return false;
  }
}

function* simpler(from: ModelCase): Generator<ModelCase> {
  const { world } = from;
  for (const steps of fewer(from.steps)) yield { ...from, steps: steps as readonly StepSource[] };
  const { cancelAtMs, ...uncancelled } = world;
  if (cancelAtMs !== undefined) yield { ...from, world: uncancelled };
  const events = world.events ?? [];
  for (let i = 0; i < events.length; i += 1)
    yield { ...from, world: { ...world, events: events.filter((_, at) => at !== i) } };
}

type Parts = { readonly [key: string]: unknown };

/** A list of steps with one less, or with a step's inner lists in its place, or with a simpler step. */
function* fewer(steps: readonly unknown[]): Generator<unknown[]> {
  for (let i = 0; i < steps.length; i += 1) yield steps.filter((_, at) => at !== i);
  for (let i = 0; i < steps.length; i += 1)
    for (const inner of listsIn(steps[i] as Parts)) yield [...steps.slice(0, i), ...inner, ...steps.slice(i + 1)];
  for (let i = 0; i < steps.length; i += 1)
    for (const part of simplerPart(steps[i] as Parts)) yield steps.map((one, at) => (at === i ? part : one));
}

function* simplerPart(part: Parts): Generator<Parts> {
  for (const key of Object.keys(part)) {
    const value = part[key];
    if (optionalFields.has(key)) yield without(part, key);
    if (stepLists.has(key)) for (const list of fewer(value as unknown[])) yield { ...part, [key]: list };
    if (!listsOfHolders.has(key)) continue;
    const holders = value as Parts[];
    const quorum = (part["completion"] as { quorum?: unknown } | undefined)?.quorum;
    const least = typeof quorum === "number" ? quorum : 1;
    for (let i = 0; i < holders.length; i += 1) {
      if (holders.length > least) yield { ...part, [key]: holders.filter((_, at) => at !== i) };
      for (const holder of simplerPart(holders[i] as Parts))
        yield { ...part, [key]: holders.map((one, at) => (at === i ? holder : one)) };
    }
  }
}

function without(part: Parts, key: string): Parts {
  const { [key]: _, ...rest } = part;
  return rest;
}

function listsIn(part: Parts): unknown[][] {
  return Object.keys(part).flatMap((key) => {
    if (stepLists.has(key)) return [part[key] as unknown[]];
    return listsOfHolders.has(key) ? (part[key] as Parts[]).flatMap(listsIn) : [];
  });
}

/** What a step can do without; whether it is one of this type that can is for `isPossible` to say. */
const optionalFields = new Set(
  (
    "disabled else default catch finally compensate saveAs onError assign filters timeoutMs lookbackMs itemVar " +
    "description context dueMs reminders compensateTimeoutMs " +
    "onItemError collect catchOn captureErrorAs output concurrency retry idempotencyKey details"
  ).split(" "),
);
