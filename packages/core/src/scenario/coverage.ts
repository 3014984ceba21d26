import { programIndex } from "../interpreter/program-index.ts";
import type { JournalEntry } from "../interpreter/transition.ts";
import type { Program, ProgramStep } from "../program/program.ts";

/** What can be gone through in a workflow: step ids, and ways such as `gate: else`. Sorted as the program is. */
export interface Coverage {
  readonly steps: readonly string[];
  readonly branches: readonly string[];
}

type StepEntry = Extract<JournalEntry, { kind: "step" }>;

/** Everything that there is to go through. Disabled steps are left out of the run, and of this. */
export function coverable(program: Program): Coverage {
  const enabled = enabledSteps(program);
  return {
    steps: enabled.map(({ id }) => id),
    branches: enabled.flatMap((step) => waysOf(step).map(({ name }) => name)),
  };
}

/** What these journals of runs of the program went through. */
export function coverageOf(program: Program, journals: readonly (readonly JournalEntry[])[]): Coverage {
  const started = new Set<string>();
  const taken = new Set<string>();
  const enabled = enabledSteps(program);
  for (const journal of journals) {
    const entries = journal.filter((entry) => entry.kind === "step");
    const begun = entries.filter(({ status }) => status === "RUNNING");
    for (const { stepId } of begun) started.add(stepId);
    // By list of steps: the iterations in which it was entered.
    const entered = new Map<string, StepEntry[]>();
    for (const entry of begun) {
      const list = entry.stepPath.slice(0, entry.stepPath.lastIndexOf("["));
      const known = entered.get(list);
      if (known === undefined) entered.set(list, [entry]);
      else known.push(entry);
    }
    const ended = new Map<string, StepEntry[]>();
    for (const entry of entries) {
      if (entry.status === "RUNNING" || entry.status === "WAITING") continue;
      const known = ended.get(entry.stepPath);
      if (known === undefined) ended.set(entry.stepPath, [entry]);
      else known.push(entry);
    }
    for (const step of enabled)
      for (const { name, isTaken } of waysOf(step))
        if (!taken.has(name) && isTaken({ entered, ended: ended.get(step.path) ?? [] })) taken.add(name);
  }
  const all = coverable(program);
  return { steps: all.steps.filter((id) => started.has(id)), branches: all.branches.filter((name) => taken.has(name)) };
}

export function mergedCoverage(program: Program, parts: readonly Coverage[]): Coverage {
  const all = coverable(program);
  return {
    steps: all.steps.filter((id) => parts.some(({ steps }) => steps.includes(id))),
    branches: all.branches.filter((name) => parts.some(({ branches }) => branches.includes(name))),
  };
}

interface Seen {
  readonly entered: ReadonlyMap<string, readonly StepEntry[]>;
  /** Ends of the step itself. */
  readonly ended: readonly StepEntry[];
}

interface Way {
  readonly name: string;
  readonly isTaken: (seen: Seen) => boolean;
}

function waysOf(step: ProgramStep): Way[] {
  const { id, path } = step;
  const into = (name: string, list: string): Way => ({
    name: `${id}: ${name}`,
    isTaken: ({ entered }) => entered.has(`${path}.${list}.steps`),
  });
  /** The step ended, and none of these lists was entered in that iteration: what stands for a list that is not there. */
  const past = (name: string, lists: readonly string[]): Way => ({
    name: `${id}: ${name}`,
    isTaken: ({ entered, ended }) =>
      ended.some(
        (end) =>
          end.status === "SUCCEEDED" &&
          !lists.some((list) =>
            entered.get(`${path}.${list}.steps`)?.some(({ iteration }) => iteration.join() === end.iteration.join()),
          ),
      ),
  });
  const ends = (name: string, holds: (end: StepEntry) => boolean): Way => ({
    name: `${id}: ${name}`,
    isTaken: ({ ended }) => ended.some(holds),
  });
  switch (step.type) {
    case "control.if":
      return [
        ...(step.then.length === 0 ? [] : [into("then", "then")]),
        step.else === undefined || step.else.length === 0 ? past("else", ["then"]) : into("else", "else"),
      ];
    case "control.switch": {
      const lists = step.cases.map((_, i) => `cases[${i}]`);
      return [
        ...lists.map((list) => into(list, list)),
        step.default === undefined || step.default.length === 0 ? past("default", lists) : into("default", "default"),
      ];
    }
    case "control.forEach":
    case "control.while":
      return [into("body", "body")];
    case "control.tryCatch":
      return step.catch === undefined || step.catch.length === 0 ? [] : [into("catch", "catch")];
    case "action.call":
      return step.compensate === undefined ? [] : [into("compensate", "compensate")];
    case "event.wait":
    case "human.task":
      return step.timeout === undefined
        ? []
        : [
            ends("answer", ({ status }) => status === "SUCCEEDED"),
            ends("timeout", ({ data }) => data?.error?.category === "TimeoutError"),
          ];
    default:
      return [];
  }
}

function enabledSteps(program: Program): ProgramStep[] {
  const found: ProgramStep[] = [];
  const disabled: string[] = [];
  for (const step of programIndex(program).steps.values()) {
    if (disabled.some((path) => step.path.startsWith(path + "."))) continue;
    if (step.disabled === true) disabled.push(step.path);
    else found.push(step);
  }
  return found;
}
