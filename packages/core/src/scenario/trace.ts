import { programIndex } from "../interpreter/program-index.ts";
import type { JournalEntry } from "../interpreter/transition.ts";
import type { Program, ProgramStep } from "../program/program.ts";
import type { TraceStep } from "./scenario.ts";

/** The step executions of a journal in the order of their start, each with its last status. */
export function traceOf(journal: readonly JournalEntry[]): TraceStep[] {
  const steps = new Map<number, TraceStep>();
  for (const entry of journal) {
    if (entry.kind !== "step") continue;
    const { stepId, iteration, status, data } = entry;
    const step: TraceStep = { stepId, iteration, status };
    steps.set(entry.execution, data?.attempt === undefined ? step : { ...step, attempt: data.attempt });
  }
  return [...steps.values()];
}

/** The steps of a program by their ids. */
export function stepsById(program: Program): ReadonlyMap<string, ProgramStep> {
  const steps = new Map<string, ProgramStep>();
  for (const step of programIndex(program).steps.values()) if (!steps.has(step.id)) steps.set(step.id, step);
  return steps;
}

/** What stands in a trace, or in a list of effects. */
export interface Placed {
  readonly stepId?: string;
  readonly iteration?: readonly number[];
}

/** One of several things that went on at the same time: a branch, or an item of a concurrent loop. */
interface Lane {
  /** Which step execution they belong to. */
  readonly of: string;
  readonly index: number;
}

/**
 * The same list, as if what went on at the same time had gone on one after another: branches in the order of the
 * program, concurrent items in the order of the items, each at the place of the first. Two lists that differ in their
 * interleaving alone become equal.
 */
export function withoutInterleaving<Item extends Placed>(items: readonly Item[], program: Program): Item[] {
  const steps = stepsById(program);
  const placed = items.map((item) => ({ item, lanes: lanesOf(item, steps, program) }));
  return untangled(placed, 0).map(({ item }) => item);
}

interface WithLanes<Item> {
  readonly item: Item;
  readonly lanes: readonly Lane[];
}

function untangled<Item>(items: readonly WithLanes<Item>[], depth: number): readonly WithLanes<Item>[] {
  const result: WithLanes<Item>[] = [];
  const done = new Set<string>();
  for (const one of items) {
    const lane = one.lanes[depth];
    if (lane === undefined) {
      result.push(one);
      continue;
    }
    if (done.has(lane.of)) continue;
    done.add(lane.of);
    const lanes = new Map<number, WithLanes<Item>[]>();
    for (const other of items) {
      const its = other.lanes[depth];
      if (its?.of !== lane.of) continue;
      const known = lanes.get(its.index);
      if (known === undefined) lanes.set(its.index, [other]);
      else known.push(other);
    }
    const inOrder = [...lanes].sort(([a], [b]) => a - b);
    for (const [, members] of inOrder) result.push(...untangled(members, depth + 1));
  }
  return result;
}

/** The lanes around a step, outermost first. A step that the program does not have is in none. */
function lanesOf(
  { stepId, iteration = [] }: Placed,
  steps: ReadonlyMap<string, ProgramStep>,
  program: Program,
): readonly Lane[] {
  const step = stepId === undefined ? undefined : steps.get(stepId);
  if (step === undefined) return [];
  const lanes: Lane[] = [];
  const parts = step.path.split(".");
  let loops = 0;
  for (let i = 1; i + 1 < parts.length; i += 1) {
    const path = parts.slice(0, i + 1).join(".");
    const around = programIndex(program).steps.get(path);
    if (around === undefined) continue;
    const of = [path, ...iteration.slice(0, loops)].join();
    if (around.type === "control.parallel") {
      const branch = indexIn(parts[i + 1] as string);
      if (branch !== undefined) lanes.push({ of, index: branch });
    } else if (around.type === "control.while" && parts[i + 1] === "body") loops += 1;
    else if (around.type === "control.forEach" && parts[i + 1] === "body") {
      const { concurrency } = around;
      const sequential = concurrency === undefined || (concurrency.kind === "literal" && concurrency.value === 1);
      if (!sequential) lanes.push({ of, index: iteration[loops] ?? -1 });
      loops += 1;
    }
  }
  return lanes;
}

/** 2 of `branches[2]`. */
function indexIn(part: string): number | undefined {
  const open = part.indexOf("[");
  return open < 0 ? undefined : Number(part.slice(open + 1, -1));
}
