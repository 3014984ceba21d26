import type { StepRow } from "./step-rows.ts";

/** A step of the definition, as it is drawn. */
export interface GraphStep {
  readonly id: string;
  readonly type: string;
  readonly path: string;
  /** What it is about, in few words: the action, the event, the condition. */
  readonly about: string;
  readonly isDisabled: boolean;
  readonly blocks: readonly GraphBlock[];
}

/** A list of steps inside a step. */
export interface GraphBlock {
  /** Such as `then`, `else`, the name of a branch, the condition of a case. */
  readonly label: string;
  readonly path: string;
  readonly steps: readonly GraphStep[];
}

/** What became of all executions of a step. */
export interface StepTally {
  readonly begun: number;
  /** How many are in each status, the most telling first. */
  readonly counts: readonly { readonly status: string; readonly count: number }[];
  /** What is going on leads over what failed, and that over what is done. */
  readonly status: string;
  /** The execution whose details are the first to look at. */
  readonly execution: number;
}

type Unknown = { readonly [name: string]: unknown };

/** The fields that hold lists of steps, in the order in which they are drawn. */
const lists: { readonly [type: string]: readonly string[] } = {
  "control.if": ["then", "else"],
  "control.forEach": ["body"],
  "control.while": ["body"],
  "control.saga": ["body"],
  "control.tryCatch": ["try", "catch", "finally"],
  "control.switch": ["cases", "default"],
  "control.parallel": ["branches"],
  "action.call": ["compensate"],
};

/** The steps of a definition with what stands inside them; nothing that is no step. */
export function graphOf(definition: unknown): readonly GraphStep[] {
  return isObject(definition) ? stepsOf(definition["steps"], "root") : [];
}

function stepsOf(list: unknown, path: string): readonly GraphStep[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((step: unknown, index) => {
    if (!isObject(step) || typeof step["id"] !== "string" || typeof step["type"] !== "string") return [];
    const at = `${path}.steps[${index}]`;
    return [
      {
        id: step["id"],
        type: step["type"],
        path: at,
        about: aboutOf(step),
        isDisabled: step["disabled"] === true,
        blocks: blocksOf(step, at),
      },
    ];
  });
}

function blocksOf(step: Unknown, path: string): readonly GraphBlock[] {
  return (lists[String(step["type"])] ?? []).flatMap((name): readonly GraphBlock[] => {
    const held = step[name];
    if (!Array.isArray(held)) return [];
    if (name === "cases" || name === "branches")
      return held.map((one: unknown, index) => {
        const at = `${path}.${name}[${index}]`;
        const label = isObject(one) ? textOf(one[name === "cases" ? "when" : "id"]) : "";
        return { label, path: at, steps: stepsOf(isObject(one) ? one["steps"] : undefined, at) };
      });
    return [{ label: name, path: `${path}.${name}`, steps: stepsOf(held, `${path}.${name}`) }];
  });
}

function aboutOf(step: Unknown): string {
  switch (step["type"]) {
    case "action.call":
      return textOf(step["action"]);
    case "event.wait":
      return textOf(step["event"]);
    case "control.if":
    case "control.while":
      return textOf(step["condition"]);
    case "control.forEach":
      return `each of ${textOf(step["items"])}`;
    case "control.callWorkflow":
      return textOf(step["workflow"]);
    case "human.task":
      return textOf(step["title"]);
    case "state.set":
      return textOf(step["state"]);
    case "control.raise":
      return textOf(step["code"]);
    case "control.parallel":
      return isObject(step["completion"]) ? `any ${textOf(step["completion"]["quorum"])}` : textOf(step["completion"]);
    default:
      return "";
  }
}

function textOf(value: unknown): string {
  if (value === undefined) return "";
  if (isObject(value) && typeof value["$expr"] === "string") return value["$expr"];
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is Unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const order = ["RUNNING", "RETRYING", "WAITING", "FAILED", "CANCELED", "SUCCEEDED", "SKIPPED"];

/** What became of each step, by its path. */
export function tallies(rows: readonly StepRow[]): ReadonlyMap<string, StepTally> {
  const byPath = new Map<string, StepRow[]>();
  for (const row of rows) byPath.set(row.stepPath, [...(byPath.get(row.stepPath) ?? []), row]);
  return new Map([...byPath].map(([path, of]) => [path, tallyOf(of)]));
}

function tallyOf(rows: readonly StepRow[]): StepTally {
  const count = new Map<string, number>();
  for (const { status } of rows) count.set(status, (count.get(status) ?? 0) + 1);
  const counts = [...count]
    .map(([status, each]) => ({ status, count: each }))
    .sort((a, b) => placeOf(a.status) - placeOf(b.status));
  const status = counts[0]?.status ?? "RUNNING";
  return {
    begun: rows.length,
    counts,
    status,
    execution: rows.findLast((row) => row.status === status)?.execution ?? 0,
  };
}

function placeOf(status: string): number {
  const place = order.indexOf(status);
  return place < 0 ? order.length : place;
}

/** Whether anything of a block was begun: the way that the run took. */
export function wasTaken({ steps }: GraphBlock, of: ReadonlyMap<string, StepTally>): boolean {
  return steps.some(({ path }) => of.has(path));
}
