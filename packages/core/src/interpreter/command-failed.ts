import { abandonCommands } from "./abandon.ts";
import { Corruption, runError } from "./failure.ts";
import type { Machine } from "./machine.ts";
import { fiberOf, replaceOpen, topFrame } from "./machine.ts";
import { takenFrame } from "./step-frame.ts";
import type { CommandError, OpenCommand } from "./transition.ts";
import { failStep } from "./unwind.ts";

/** Something that a step needs cannot be: the step closes what else it has open, and fails. */
export function commandFailed(m: Machine, open: OpenCommand, error: CommandError): void {
  const fiber = fiberOf(m, open.fiber);
  const frame = topFrame(fiber);
  if (frame?.kind !== "step") throw new Corruption(`The fiber ${fiber.id} does not wait for ${open.command.id}.`);
  replaceOpen(m, open, { ...open, held: true });
  takenFrame(m, fiber, open.command.id);
  abandonCommands(m, frame.place, frame.commands, "end");
  const { category, code, message, details } = error;
  failStep(m, fiber, frame.place, runError(m, frame.place, category, code, message, details));
}
