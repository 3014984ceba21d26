import type { ParallelStep } from "../../program/program.ts";
import type { Json } from "../../values/json.ts";
import { stepEntry } from "../entries.ts";
import { Corruption, errorJson, runError, StepFailure } from "../failure.ts";
import { decide, endJoining } from "../joining.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { pushFrame, replaceTop, topFrame } from "../machine.ts";
import { weigh } from "../size.ts";
import { writeTarget } from "../targets.ts";
import type { BranchResult, Completion, Frame, StepPlace } from "../transition.ts";
import { evaluateCount } from "../when.ts";

const keysOf = Object.keys;

type ParallelFrame = Extract<Frame, { kind: "parallel" }>;

export function parallel(m: Machine, fiber: WorkFiber, step: ParallelStep, place: StepPlace): void {
  const fibers: number[] = [];
  const quorum = computedQuorum(m, fiber, step);
  const common = { kind: "parallel", place, fibers, branches: {}, counted: [] } as const;
  const frame: ParallelFrame = quorum === undefined ? common : { ...common, quorum };
  pushFrame(m, fiber, frame);
  for (let i = 0; i < step.branches.length; i += 1) {
    const id = m.nextFiber;
    m.nextFiber += 1;
    fibers.push(id);
    m.fibers.push({
      id,
      parent: fiber.id,
      branch: (step.branches[i] as ParallelStep["branches"][number]).id,
      frames: [{ kind: "sequence", path: step.path + ".branches[" + i + "].steps", pc: 0 }],
      own: {},
      status: "ready",
    });
  }
  fiber.status = "blocked";
  settle(m, fiber, step, frame);
}

/** What the expression of a quorum comes to; undefined where there is none. @throws StepFailure */
function computedQuorum(m: Machine, fiber: WorkFiber, step: ParallelStep): number | undefined {
  if (typeof step.completion !== "object" || typeof step.completion.quorum !== "object") return undefined;
  const quorum = evaluateCount(m, fiber, step.completion.quorum, "quorum");
  if (quorum >= 1 && quorum <= step.branches.length) return quorum;
  const message = `quorum is a whole number from 1 to ${step.branches.length}, the number of branches, and not ${quorum}.`;
  throw new StepFailure("ExpressionError", "QUORUM_IMPOSSIBLE", message, { quorum });
}

/** A branch has ended: it counts, fails the others, or is the last that the end of the step waited for. */
export function branchEnded(
  m: Machine,
  parent: WorkFiber,
  branch: WorkFiber,
  completion: Completion | undefined,
): void {
  const frame = topFrame(parent);
  if (frame?.kind !== "parallel")
    throw new Corruption(`The fiber ${parent.id} does not wait for the branch ${branch.branch}.`);
  const step = m.index.steps.get(frame.place.stepPath);
  if (step?.type !== "control.parallel")
    throw new Corruption(`There is no control.parallel at ${frame.place.stepPath}.`);
  const id = branch.branch as string;
  const next: ParallelFrame = {
    ...frame,
    fibers: frame.fibers.filter((other) => other !== branch.id),
    branches: { ...frame.branches, [id]: resultOf(completion) },
    counted: completion === undefined ? [...frame.counted, id] : frame.counted,
  };
  replaceTop(m, parent, next);
  if (
    frame.ending === undefined &&
    completion !== undefined &&
    (completion.kind !== "error" || step.completion === "all")
  ) {
    decide(m, parent, next, completion);
    return;
  }
  settle(m, parent, step, next);
}

function resultOf(completion: Completion | undefined): BranchResult {
  if (completion === undefined) return { status: "SUCCEEDED" };
  switch (completion.kind) {
    case "error":
      return { status: "FAILED", error: completion.error };
    case "return":
      return { status: "SUCCEEDED" };
    case "cancel":
      return { status: "CANCELED" };
  }
}

/** Looks whether the step is decided by now: enough branches succeeded, too many failed, or none is left. */
function settle(m: Machine, parent: WorkFiber, step: ParallelStep, frame: ParallelFrame): void {
  if (frame.ending !== undefined) {
    if (frame.fibers.length === 0) endJoining(m, parent, frame, frame.ending);
    return;
  }
  const total = step.branches.length;
  const needed = frame.quorum ?? neededBy(step);
  if (frame.counted.length >= needed) {
    decide(m, parent, frame, { kind: "joined" });
    return;
  }
  if (frame.counted.length + frame.fibers.length >= needed) return;
  const errors: { [branch: string]: Json } = {};
  for (const id of keysOf(frame.branches)) {
    const result = frame.branches[id] as BranchResult;
    if (result.error !== undefined) errors[id] = errorJson(result.error);
  }
  const message = `${needed} of ${total} branches had to succeed, and that is no longer possible.`;
  decide(m, parent, frame, {
    kind: "error",
    error: runError(m, frame.place, "ControlError", "QUORUM_FAILED", message, { errors }),
  });
}

function neededBy({ completion, branches }: ParallelStep): number {
  if (completion === "all") return branches.length;
  return completion === "any" ? 1 : (completion.quorum as number);
}

/** Every branch has ended as the step needs it. */
export function joinBranches(m: Machine, parent: WorkFiber, frame: ParallelFrame): void {
  const step = m.index.steps.get(frame.place.stepPath);
  if (step?.type === "control.parallel" && step.saveAs !== undefined) {
    const result = { counted: frame.counted as string[], branches: frame.branches as unknown as Json };
    writeTarget(m, parent, step.saveAs, result, weigh(m, result));
  }
  stepEntry(m, frame.place, "SUCCEEDED");
}
