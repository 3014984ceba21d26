import type { ProgramStep, Target } from "../program/program.ts";
import { programBlocks } from "./program-walk.ts";
import { noTarget } from "./target.ts";

/** Names of `vars` that each branch of a `control.parallel` has for itself. */
export const branchOwn: ReadonlySet<string> = new Set(["event", "eventName", "timeWait"]);

export interface Write {
  readonly name: string;
  /** Whether the step, when it ends normally, has written it. */
  readonly certain: boolean;
}

/** The variables that a step itself writes, the steps inside it left aside. */
export function writesOf(step: ProgramStep): Write[] {
  const writes: Write[] = [];
  const add = (target: Target | undefined, certain = true): void => {
    const name = variable(target);
    if (name !== undefined) writes.push({ name, certain });
  };
  switch (step.type) {
    case "action.call":
    case "control.callWorkflow": {
      const certain = step.onError?.policy !== "continue";
      add(step.saveAs, certain);
      if (step.onError?.policy === "continue") add(step.onError.captureErrorAs ?? ["vars", "error"], false);
      if (step.type === "control.callWorkflow") for (const { target } of step.output ?? []) add(target, certain);
      break;
    }
    case "transform.assign":
      for (const { target } of step.assign) add(target);
      break;
    case "control.forEach":
      if (step.collect !== undefined) {
        add(step.collect.saveAs);
        add(step.onItemError === "continue" ? errorsTarget(step.collect.saveAs) : undefined);
      }
      break;
    case "control.parallel":
      add(step.saveAs);
      break;
    case "control.tryCatch":
      add(step.captureErrorAs, false);
      break;
    case "event.wait":
    case "human.task":
      writes.push({ name: "event", certain: true }, { name: "eventName", certain: true });
      add(step.saveAs);
      for (const { target } of step.assign ?? []) add(target);
      break;
    case "time.wait":
      writes.push({ name: "timeWait", certain: true });
      for (const { target } of step.assign ?? []) add(target);
      break;
    default:
      break;
  }
  return writes;
}

/** The variables that a step has written before it computes what it assigns. */
export function resultsOf(step: ProgramStep): Set<string> {
  const names = new Set<string>();
  const saved = variable("saveAs" in step ? step.saveAs : undefined);
  if (saved !== undefined) names.add(saved);
  if (step.type === "event.wait" || step.type === "human.task")
    for (const name of ["event", "eventName"]) names.add(name);
  if (step.type === "time.wait") names.add("timeWait");
  return names;
}

/** Errors of `collect` go beside its target, with `Errors` appended to the last name. */
function errorsTarget(target: Target): Target {
  if (target === noTarget) return noTarget;
  const path = target.slice(1);
  return [target[0], ...path.slice(0, -1), (path.at(-1) ?? "") + "Errors"];
}

/** The variables that steps and the steps inside them may write. */
export function collectWrites(steps: readonly ProgramStep[], names: Set<string>): void {
  for (const step of steps) {
    if (step.disabled === true) continue;
    for (const { name } of writesOf(step)) names.add(name);
    for (const block of programBlocks(step)) collectWrites(block, names);
  }
}

/** The targets of steps and of the steps inside them. */
export function collectTargets(steps: readonly ProgramStep[]): Target[] {
  return steps.flatMap((step) =>
    step.disabled === true ? [] : [...targetsOf(step), ...programBlocks(step).flatMap(collectTargets)],
  );
}

/** The variable that a target is in. */
export function variable(target: Target | undefined): string | undefined {
  return target !== noTarget && target?.[0] === "vars" ? target[1] : undefined;
}

function targetsOf(step: ProgramStep): Target[] {
  const assigned =
    "assign" in step ? (step.assign ?? []) : "output" in step && Array.isArray(step.output) ? step.output : [];
  const targets = assigned.map((one: { readonly target: Target }) => one.target);
  if ("saveAs" in step && step.saveAs !== undefined) targets.push(step.saveAs);
  if ("captureErrorAs" in step && step.captureErrorAs !== undefined) targets.push(step.captureErrorAs);
  if ("onError" in step && step.onError?.captureErrorAs !== undefined) targets.push(step.onError.captureErrorAs);
  if (step.type === "control.forEach" && step.collect !== undefined) targets.push(step.collect.saveAs);
  return targets.filter((target) => target !== noTarget);
}
