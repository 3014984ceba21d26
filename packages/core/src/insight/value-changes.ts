import { pointerToken } from "../values/pointer.ts";
import { isJsonObject, type Json } from "../values/json.ts";
import { longestRise } from "./longest-rise.ts";

const isArray = Array.isArray;
const keysOf = Object.keys;
const hasOwn = Object.hasOwn;

/** One place at which two values differ. `before` or `after` is absent where nothing stands there. */
export interface ValueChange {
  /** RFC 6901, from the root that was compared. */
  readonly pointer: string;
  readonly kind: "added" | "changed" | "removed";
  readonly before?: Json;
  readonly after?: Json;
}

/** One place at which two definitions differ: `pointer` is into the one before for what was removed, else into the one after. */
export interface DefinitionChange extends ValueChange {
  /** Of the innermost step in which the place lies, or which stands there itself. */
  readonly stepId?: string;
}

/** Where two values differ, at the innermost places, in the order of their keys; at most `max` of them. */
export function valueChanges(before: Json | undefined, after: Json | undefined, max = 200): ValueChange[] {
  const changes: ValueChange[] = [];
  compare(
    { before, after, pointerBefore: "", pointerAfter: "" },
    { pairs: pairsByIndex, found: (change) => changes.push(change), isFull: () => changes.length >= max },
  );
  return changes;
}

/**
 * Where two definitions differ, as `valueChanges`. In a list whose items all have ids (steps, branches, triggers) an
 * item is compared with the one that had its id: an item put between two others is added, and changes nothing else;
 * one that moved is removed from one place and added at another.
 */
export function definitionChanges(before: Json, after: Json, max = 200): DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  compare(
    { before, after, pointerBefore: "", pointerAfter: "" },
    {
      pairs: (one, other) => pairsById(one, other) ?? pairsByIndex(one, other),
      found(change, stepId) {
        changes.push(stepId === undefined ? change : { ...change, stepId });
      },
      isFull: () => changes.length >= max,
    },
  );
  return changes;
}

interface Place {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly pointerBefore: string;
  readonly pointerAfter: string;
  /** The innermost step around it. */
  readonly stepId?: string | undefined;
}

/** Which items of two lists are compared with each other, by their indexes; undefined: with nothing. */
type Pairs = readonly (readonly [before: number | undefined, after: number | undefined])[];

interface Walk {
  readonly pairs: (before: readonly Json[], after: readonly Json[]) => Pairs;
  readonly found: (change: ValueChange, stepId: string | undefined) => void;
  readonly isFull: () => boolean;
}

function compare(place: Place, walk: Walk): void {
  const { before, after, pointerBefore, pointerAfter } = place;
  if (before === after || walk.isFull()) return;
  const stepId = stepIdOf(after) ?? stepIdOf(before) ?? place.stepId;
  if (before === undefined) {
    if (after !== undefined) walk.found({ pointer: pointerAfter, kind: "added", after }, stepId);
  } else if (after === undefined) {
    walk.found({ pointer: pointerBefore, kind: "removed", before }, stepId);
  } else if (isArray(before) && isArray(after)) {
    for (const [one, other] of walk.pairs(before, after)) {
      compare(
        {
          before: one === undefined ? undefined : before[one],
          after: other === undefined ? undefined : after[other],
          pointerBefore: pointerBefore + pointerToken(String(one)),
          pointerAfter: pointerAfter + pointerToken(String(other)),
          stepId,
        },
        walk,
      );
    }
  } else if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of [...new Set([...keysOf(before), ...keysOf(after)])].sort()) {
      compare(
        {
          before: hasOwn(before, key) ? before[key] : undefined,
          after: hasOwn(after, key) ? after[key] : undefined,
          pointerBefore: pointerBefore + pointerToken(key),
          pointerAfter: pointerAfter + pointerToken(key),
          stepId,
        },
        walk,
      );
    }
  } else walk.found({ pointer: pointerAfter, kind: "changed", before, after }, stepId);
}

function pairsByIndex(before: readonly Json[], after: readonly Json[]): Pairs {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => [
    index < before.length ? index : undefined,
    index < after.length ? index : undefined,
  ]);
}

/** In the order of the one after; what was removed stands behind what was before it. Undefined: not every item has an id of its own. */
function pairsById(before: readonly Json[], after: readonly Json[]): Pairs | undefined {
  const [idsBefore, idsAfter] = [indexesById(before), indexesById(after)];
  if (idsBefore === undefined || idsAfter === undefined) return undefined;
  const common = [...idsAfter].flatMap(([id, index]) => {
    const was = idsBefore.get(id);
    return was === undefined ? [] : [{ was, index }];
  });
  // What keeps its order stays in place; the fewest others have moved.
  const kept = longestRise(common.map(({ was }) => was)).map((at) => common[at]!);
  const pairs: [number | undefined, number | undefined][] = [];
  let [nextBefore, nextAfter] = [0, 0];
  for (const { was, index } of [...kept, { was: before.length, index: after.length }]) {
    for (; nextBefore < was; nextBefore += 1) pairs.push([nextBefore, undefined]);
    for (; nextAfter < index; nextAfter += 1) pairs.push([undefined, nextAfter]);
    if (was < before.length) pairs.push([was, index]);
    [nextBefore, nextAfter] = [was + 1, index + 1];
  }
  return pairs;
}

function indexesById(items: readonly Json[]): ReadonlyMap<string, number> | undefined {
  const indexes = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const id = isJsonObject(item) ? item["id"] : undefined;
    if (typeof id !== "string" || indexes.has(id)) return undefined;
    indexes.set(id, index);
  }
  return indexes;
}

/** What has an id and a type is a step. */
function stepIdOf(value: Json | undefined): string | undefined {
  if (!isJsonObject(value) || typeof value["type"] !== "string" || typeof value["id"] !== "string") return undefined;
  return value["id"];
}
