import { lateEntry, waitEntry } from "./entries.ts";
import type { Machine } from "./machine.ts";
import { closeCommand, replaceOpen, takeCommandId, issue } from "./machine.ts";
import type { Command, CommandOf, OpenCommand, StepPlace } from "./transition.ts";

/** Issues a call, or holds it while the run is paused. */
export function issueCall(m: Machine, fiber: number, command: CommandOf<"callAction">): void {
  if (pauseOf(m) === undefined) issue(m, fiber, command);
  else m.open.push({ command, fiber, held: true });
}

/** A call was not begun, since the tenant is over its quota: the run pauses until that is over. */
export function actionHeld(m: Machine, open: OpenCommand, place: StepPlace): void {
  replaceOpen(m, open, { ...open, held: true });
  if (pauseOf(m) !== undefined) return;
  const id = takeCommandId(m);
  waitEntry(m, place, id, "quota", "WAITING", {});
  issue(m, -1, { id, kind: "pause", reason: "quota", place });
}

/** The same calls again, in the order in which they were made. */
export function quotaReleased(m: Machine): void {
  const pause = pauseOf(m);
  if (pause === undefined) {
    lateEntry(m, "quotaReleased");
    return;
  }
  closeCommand(m, pause.id);
  waitEntry(m, pause.place, pause.id, "quota", "RESOLVED", { resolvedBy: "quota" });
  for (let i = 0; i < m.open.length; i += 1) {
    const { held, ...open } = m.open[i] as OpenCommand;
    if (held !== true) continue;
    m.open[i] = open;
    m.commands.push(open.command);
  }
}

/** A held call has been given up: without another one there is nothing to pause for. */
export function endPauseWithoutCalls(m: Machine, why: "cancel" | "end"): void {
  const pause = pauseOf(m);
  if (pause === undefined || m.open.some(({ held }) => held === true)) return;
  closeCommand(m, pause.id);
  waitEntry(m, pause.place, pause.id, "quota", "CANCELED", { resolvedBy: why });
}

export function pauseOf(m: Machine): (Command & { readonly kind: "pause" }) | undefined {
  for (let i = 0; i < m.open.length; i += 1) {
    const { command } = m.open[i] as OpenCommand;
    if (command.kind === "pause") return command;
  }
  return undefined;
}
