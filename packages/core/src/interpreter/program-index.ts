import type { Program, ProgramStep } from "../program/program.ts";

/** The steps of a program by path, and its lists of steps by the path that a sequence frame names. */
export interface ProgramIndex {
  readonly lists: ReadonlyMap<string, readonly ProgramStep[]>;
  readonly steps: ReadonlyMap<string, ProgramStep>;
}

const isArray = Array.isArray;

/** The list of a program's outermost steps. */
export const rootList = "root.steps";

// Programs are frozen and shared by all runs of a worker; no run's state is held here.
const indexes = new WeakMap<Program, ProgramIndex>();

export function programIndex(program: Program): ProgramIndex {
  let index = indexes.get(program);
  if (index === undefined) {
    const lists = new Map<string, readonly ProgramStep[]>();
    const steps = new Map<string, ProgramStep>();
    addList(rootList, program.steps, lists, steps);
    index = { lists, steps };
    indexes.set(program, index);
  }
  return index;
}

function addList(
  path: string,
  list: readonly ProgramStep[],
  lists: Map<string, readonly ProgramStep[]>,
  steps: Map<string, ProgramStep>,
): void {
  if (!isArray(list)) return; // a program that nobody compiled: its run ends when it comes to the missing steps
  lists.set(path, list);
  for (let i = 0; i < list.length; i += 1) {
    const step = list[i] as ProgramStep;
    const at = path + "[" + i + "]";
    steps.set(at, step);
    addInner(at, step, lists, steps);
  }
}

function addInner(
  at: string,
  step: ProgramStep,
  lists: Map<string, readonly ProgramStep[]>,
  steps: Map<string, ProgramStep>,
): void {
  switch (step.type) {
    case "control.if":
      addList(at + ".then.steps", step.then, lists, steps);
      if (step.else !== undefined) addList(at + ".else.steps", step.else, lists, steps);
      return;
    case "control.switch":
      for (let i = 0; i < step.cases.length; i += 1) {
        addList(
          at + ".cases[" + i + "].steps",
          (step.cases[i] as { steps: readonly ProgramStep[] }).steps,
          lists,
          steps,
        );
      }
      if (step.default !== undefined) addList(at + ".default.steps", step.default, lists, steps);
      return;
    case "control.forEach":
    case "control.while":
    case "control.saga":
      addList(at + ".body.steps", step.body, lists, steps);
      return;
    case "control.parallel":
      for (let i = 0; i < step.branches.length; i += 1) {
        addList(
          at + ".branches[" + i + "].steps",
          (step.branches[i] as { steps: readonly ProgramStep[] }).steps,
          lists,
          steps,
        );
      }
      return;
    case "control.tryCatch":
      addList(at + ".try.steps", step.try, lists, steps);
      if (step.catch !== undefined) addList(at + ".catch.steps", step.catch, lists, steps);
      if (step.finally !== undefined) addList(at + ".finally.steps", step.finally, lists, steps);
      return;
    case "action.call":
      if (step.compensate !== undefined) addList(at + ".compensate.steps", step.compensate, lists, steps);
      return;
    default:
      return;
  }
}
