import { waitEntry } from "./entries.ts";
import { mayRemain } from "./finish.ts";
import type { Machine } from "./machine.ts";
import { closeCommand, openCommand, withdraw } from "./machine.ts";
import { endPauseWithoutCalls } from "./pause.ts";
import type { CommandId, StepPlace } from "./transition.ts";

/**
 * Closes the commands of a step that goes no further. One that this transition issued is withdrawn, as if it had never
 * been; of an older call with an effect, the effect may remain.
 */
export function abandonCommands(m: Machine, place: StepPlace, ids: readonly CommandId[], why: "cancel" | "end"): void {
  for (let i = 0; i < ids.length; i += 1) {
    const id = ids[i] as CommandId;
    const open = openCommand(m, id);
    if (open === undefined) continue;
    const { command } = open;
    closeCommand(m, id);
    const withdrawn = withdraw(m, id) || open.held === true;
    if (open.held === true) endPauseWithoutCalls(m, why);
    switch (command.kind) {
      case "callAction":
        if (withdrawn) break;
        m.commands.push({ id, kind: "cancelAction" });
        if (command.facts.effect !== "none") mayRemain(m, { stepPath: place.stepPath, iteration: place.iteration });
        break;
      case "startTimer": {
        if (!withdrawn) m.commands.push({ id, kind: "cancelTimer" });
        // The timer of a time.wait is its wait; that of an event.wait is part of it.
        if (m.index.steps.get(place.stepPath)?.type === "time.wait")
          waitEntry(m, place, id, "time", "CANCELED", { resolvedBy: why });
        break;
      }
      case "openWait":
        if (!withdrawn) m.commands.push({ id, kind: "closeWait", outcome: "canceled" });
        waitEntry(m, place, id, "event", "CANCELED", { resolvedBy: why });
        break;
      case "openTask":
        if (!withdrawn) m.commands.push({ id, kind: "closeTask", outcome: "canceled" });
        waitEntry(m, place, id, "human", "CANCELED", { resolvedBy: why });
        break;
      case "startChild":
        if (!withdrawn) m.commands.push({ id, kind: "cancelChild" });
        waitEntry(m, place, id, "child", "CANCELED", { resolvedBy: why });
        break;
      default:
        break;
    }
  }
}
