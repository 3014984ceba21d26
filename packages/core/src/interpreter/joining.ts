import { stepEntry } from "./entries.ts";
import { StepFailure } from "./failure.ts";
import type { Machine, WorkFiber } from "./machine.ts";
import { popFrame } from "./machine.ts";
import { joinItems } from "./steps/concurrent-items.ts";
import { joinBranches } from "./steps/parallel.ts";
import type { Ending, Frame } from "./transition.ts";
import { endFibers, failStep, stepFailure, unwind } from "./unwind.ts";

/** A step that waits for fibers of its own. */
export type JoiningFrame = Extract<Frame, { kind: "parallel" | "concurrent" }>;

/** Decides what follows the step: the fibers that have not ended are cancelled, and the last of them goes on with it. */
export function decide(m: Machine, parent: WorkFiber, frame: JoiningFrame, ending: Ending): void {
  if (frame.fibers.length === 0) endJoining(m, parent, frame, ending);
  else endFibers(m, parent, frame, ending);
}

/** No fiber is left: the step ends, and the one that waited goes on behind it or is left in its turn. */
export function endJoining(m: Machine, parent: WorkFiber, frame: JoiningFrame, ending: Ending): void {
  popFrame(m, parent);
  parent.status = "ready";
  const { place } = frame;
  switch (ending.kind) {
    case "joined":
      try {
        if (frame.kind === "parallel") joinBranches(m, parent, frame);
        else joinItems(m, parent, frame);
      } catch (thrown) {
        if (!(thrown instanceof StepFailure)) throw thrown;
        stepFailure(m, parent, place, thrown);
      }
      return;
    case "error":
      failStep(m, parent, place, ending.error);
      return;
    case "return":
      stepEntry(m, place, "SUCCEEDED");
      unwind(m, parent, ending);
      return;
    case "cancel":
      stepEntry(m, place, "CANCELED");
      unwind(m, parent, ending);
      return;
  }
}
