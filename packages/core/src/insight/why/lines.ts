import type { Fiber, Frame, RunState } from "../../interpreter/transition.ts";
import type { JoinFact, LinesFact, UndoingFact } from "./facts.ts";

/** How the lines of control of a run hang together: its joins, outermost first, and what is being undone. */
export function linesOf(state: RunState): LinesFact {
  const byId = new Map(state.fibers.map((fiber) => [fiber.id, fiber]));
  const joins: JoinFact[] = [];
  const undoing: UndoingFact[] = [];
  for (const fiber of state.fibers) {
    for (const frame of fiber.frames) {
      if (frame.kind === "parallel") joins.push(branches(byId, frame));
      else if (frame.kind === "concurrent") {
        const { fibers, concurrency, next, items, place } = frame;
        if (next < items.length && fibers.length >= concurrency && frame.ending === undefined) {
          joins.push({
            kind: "window",
            place,
            done: next - fibers.length,
            total: items.length,
            concurrency,
            nextItem: next,
            lines: fibers.map((id) => lineOf(byId, id, String(byId.get(id)?.item ?? id))),
          });
        }
      } else if (frame.kind === "saga" && frame.phase === "undo") undoing.push(undo(byId, frame));
      else if (frame.kind === "tryCatch" && frame.phase === "finally" && frame.pending?.kind === "cancel")
        undoing.push({
          place: frame.place,
          after: "a cancel",
          left: 0,
          executions: standsAt(byId, fiber),
        });
    }
  }
  return { joins, undoing, cancelTaken: state.cancel !== undefined };
}

function branches(fibers: ReadonlyMap<number, Fiber>, frame: Extract<Frame, { kind: "parallel" }>): JoinFact {
  const ended = Object.keys(frame.branches).length;
  return {
    kind: "branches",
    place: frame.place,
    done: ended,
    total: ended + frame.fibers.length,
    lines: frame.fibers.map((id) => lineOf(fibers, id, fibers.get(id)?.branch ?? String(id))),
  };
}

function undo(fibers: ReadonlyMap<number, Fiber>, frame: Extract<Frame, { kind: "saga"; phase: "undo" }>): UndoingFact {
  const fiber = fibers.get(frame.fiber);
  const { pending } = frame;
  const undone = fiber?.undoes?.place;
  return {
    place: frame.place,
    ...(undone === undefined ? {} : { undoes: { stepId: undone.stepId, stepPath: undone.stepPath } }),
    after: pending.kind === "error" ? pending.error.code : pending.kind === "cancel" ? "a cancel" : "a return",
    left: frame.completed.length,
    until: frame.dueAt,
    executions: fiber === undefined ? [] : standsAt(fibers, fiber),
  };
}

function lineOf(fibers: ReadonlyMap<number, Fiber>, id: number, label: string): JoinFact["lines"][number] {
  const fiber = fibers.get(id);
  return { label, executions: fiber === undefined ? [] : standsAt(fibers, fiber) };
}

/** The step executions at which a line stands, those of the lines that it waits for included. */
function standsAt(fibers: ReadonlyMap<number, Fiber>, fiber: Fiber): number[] {
  const innermost = fiber.frames[fiber.frames.length - 1];
  if (innermost === undefined) return [];
  switch (innermost.kind) {
    case "step":
      return [innermost.place.execution];
    case "parallel":
    case "concurrent":
      return innermost.fibers.flatMap((id) => ofFiber(fibers, id));
    case "saga":
      return innermost.phase === "undo" ? ofFiber(fibers, innermost.fiber) : [];
    default:
      return [];
  }
}

function ofFiber(fibers: ReadonlyMap<number, Fiber>, id: number): number[] {
  const fiber = fibers.get(id);
  return fiber === undefined ? [] : standsAt(fibers, fiber);
}
