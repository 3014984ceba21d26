import type { TimeWaitStep } from "../../program/program.ts";
import { instantMs } from "../../time/instant.ts";
import type { Json } from "../../values/json.ts";
import { stepEntry, waitEntry } from "../entries.ts";
import { Corruption } from "../failure.ts";
import type { Machine, WorkFiber } from "../machine.ts";
import { closeCommand, fiberOf, issue, pushFrame, replaceOpen } from "../machine.ts";
import { weigh } from "../size.ts";
import { takenFrame } from "../step-frame.ts";
import { writeTarget } from "../targets.ts";
import type { CommandId, CommandOf, Instant, OpenCommand, StepPlace } from "../transition.ts";
import { resolveWhen } from "../when.ts";
import { writeAll } from "./assign.ts";

export function timeWait(m: Machine, fiber: WorkFiber, step: TimeWaitStep, place: StepPlace, id: CommandId): void {
  const when = resolveWhen(m, fiber, step.when);
  if ("dueAt" in when && instantMs(when.dueAt) <= m.nowMs) {
    // Already due: a wait row for the record, and no timer.
    waitEntry(m, place, id, "time", "RESOLVED", { timeoutAt: when.dueAt, resolvedBy: "time" });
    passed(m, fiber, step, place, when.dueAt, true);
    return;
  }
  m.remoteSteps += 1;
  pushFrame(m, fiber, { kind: "step", place, commands: [id], fuel: m.stepFuel });
  fiber.status = "blocked";
  waitEntry(m, place, id, "time", "WAITING", "dueAt" in when ? { timeoutAt: when.dueAt } : {});
  stepEntry(m, place, "WAITING", { commandId: id });
  issue(m, fiber.id, { id, kind: "startTimer", place, when });
}

/** The shell has computed when a timer is due (business time is for a calendar to say). */
export function timeWaitStarted(m: Machine, open: OpenCommand, dueAt: Instant): void {
  const command = open.command as CommandOf<"startTimer">;
  if ("dueAt" in command.when && command.when.dueAt === dueAt) return;
  replaceOpen(m, open, { ...open, command: { ...command, when: { dueAt } } });
  waitEntry(m, command.place, command.id, "time", "WAITING", { timeoutAt: dueAt });
}

export function timeWaitFired(m: Machine, open: OpenCommand, step: TimeWaitStep): void {
  const command = open.command as CommandOf<"startTimer">;
  const fiber = fiberOf(m, open.fiber);
  const { place } = takenFrame(m, fiber, command.id);
  closeCommand(m, command.id);
  if (step.type !== "time.wait") throw new Corruption(`There is no time.wait at ${place.stepPath}.`);
  const plannedAt = "dueAt" in command.when ? command.when.dueAt : m.now;
  waitEntry(m, place, command.id, "time", "RESOLVED", { timeoutAt: plannedAt, resolvedBy: "time" });
  passed(m, fiber, step, place, plannedAt, false);
}

function passed(
  m: Machine,
  fiber: WorkFiber,
  step: TimeWaitStep,
  place: StepPlace,
  plannedAt: Instant,
  skipped: boolean,
): void {
  const facts: Json = { plannedAt, firedAt: m.now, skipped };
  writeTarget(m, fiber, ["vars", "timeWait"], facts, weigh(m, facts));
  if (step.assign !== undefined) writeAll(m, fiber, step.assign);
  stepEntry(m, place, "SUCCEEDED");
}
