import { Corruption } from "./failure.ts";
import type { Machine, WorkFiber } from "./machine.ts";
import { popFrame, topFrame } from "./machine.ts";
import type { CommandId, Frame } from "./transition.ts";

/**
 * Takes the frame of the step that waits for a command off its fiber, which then goes on; what the step still evaluates
 * is charged to the fuel that it has left.
 */
export function takenFrame(m: Machine, fiber: WorkFiber, id: CommandId): Extract<Frame, { kind: "step" }> {
  const frame = topFrame(fiber);
  if (frame?.kind !== "step" || !frame.commands.includes(id))
    throw new Corruption(`The fiber ${fiber.id} does not wait for ${id}.`);
  popFrame(m, fiber);
  fiber.status = "ready";
  m.place = frame.place;
  m.stepFuel = frame.fuel;
  m.scope = undefined;
  return frame;
}
