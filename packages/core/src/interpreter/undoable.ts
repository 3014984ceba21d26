import type { Json, JsonObject } from "../values/json.ts";
import type { Machine, WorkFiber } from "./machine.ts";
import { fiberOf } from "./machine.ts";
import { contextAt, contextOf } from "./scope.ts";
import { weigh } from "./size.ts";
import { owned } from "./steps/for-each.ts";
import { keeps } from "./targets.ts";
import type { Frame, StepPlace, Undoable, VarsLayer } from "./transition.ts";

const hasOwn = Object.hasOwn;
const keysOf = Object.keys;

/** A step that can be undone has completed; `seq` is that of its last entry. */
export function rememberStep(m: Machine, fiber: WorkFiber, place: StepPlace, seq: number): void {
  remember(m, fiber, [{ place, seq, locals: {} }]);
}

/**
 * Gives completed steps to the nearest saga around the fiber's current frame, which would undo them. `locals` are those
 * beyond what the current frame has; a branch or item keeps its steps until it ends.
 */
export function remember(m: Machine, fiber: WorkFiber, steps: readonly Undoable[]): void {
  if (steps.length === 0) return;
  for (let i = fiber.frames.length - 1; i >= 0; i -= 1) {
    const frame = fiber.frames[i] as Frame;
    if (frame.kind !== "saga" || frame.phase !== "body") continue;
    const completed = added(m, frame.completed, steps, localsBeyond(m, fiber, i));
    fiber.frames[i] = { ...frame, completed };
    return;
  }
  if (!isInsideSaga(m, fiber)) return;
  fiber.completed = added(m, fiber.completed ?? [], steps, localsBeyond(m, fiber, -1));
}

/** A branch or item has ended, however: the saga around it is to undo what it completed, as it saw it. */
export function passOn(m: Machine, parent: WorkFiber, fiber: WorkFiber): void {
  const { completed } = fiber;
  if (completed === undefined) return;
  remember(
    m,
    parent,
    completed.map((step) => ({ ...step, layer: layered(fiber, step.layer) })),
  );
}

/** Whether a saga stands around the fiber that would undo its steps. */
function isInsideSaga(m: Machine, fiber: WorkFiber): boolean {
  for (let at = fiber; at.parent !== undefined;) {
    // What undoing does is itself undone by nobody further out.
    if (at.undoes !== undefined) return false;
    at = fiberOf(m, at.parent);
    for (let i = 0; i < at.frames.length; i += 1) if ((at.frames[i] as Frame).kind === "saga") return true;
  }
  return false;
}

function added(
  m: Machine,
  list: readonly Undoable[],
  steps: readonly Undoable[],
  locals: { readonly [name: string]: Json },
): readonly Undoable[] {
  const known = owned(m, list);
  for (let i = 0; i < steps.length; i += 1) {
    const step = steps[i] as Undoable;
    const whole: Undoable = { ...step, locals: { ...locals, ...step.locals } };
    m.bytesBound += weigh(m, whole as unknown as Json) + 1;
    known.push(whole);
  }
  return known;
}

/** Locals of the fiber's current frame that its outermost `depth` frames do not have; -1: those around the fiber. */
function localsBeyond(m: Machine, fiber: WorkFiber, depth: number): { readonly [name: string]: Json } {
  const inner = contextOf(m, fiber).lexical;
  const outer =
    depth >= 0
      ? contextAt(m, fiber, depth).lexical
      : fiber.parent === undefined
        ? {}
        : contextOf(m, fiberOf(m, fiber.parent)).lexical;
  const locals: JsonObject = {};
  for (const name of keysOf(inner))
    if (!hasOwn(outer, name) || outer[name] !== inner[name]) locals[name] = inner[name] as Json;
  return locals;
}

/** What a step saw of `vars` beside what is around the fiber: the fiber's layer, and over it that of a fiber inside. */
function layered(fiber: WorkFiber, inner: VarsLayer | undefined): VarsLayer {
  const own: JsonObject = { ...fiber.own, ...inner?.own };
  for (const name of inner?.hidden ?? []) delete own[name];
  const hidden = [...(fiber.hidden ?? []), ...(inner?.hidden ?? [])].filter((name) => !hasOwn(own, name));
  const layer: VarsLayer = { own, keeps: keeps(fiber) === "all" || inner?.keeps === "all" ? "all" : "events" };
  return hidden.length === 0 ? layer : { ...layer, hidden: hidden.filter((name, i) => hidden.indexOf(name) === i) };
}
