import { pointerToken } from "../values/pointer.ts";
import type { Json, JsonObject } from "../values/json.ts";

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

/** Where two values differ, at the innermost places, in the order of their keys; at most `max` of them. */
export function valueChanges(before: Json | undefined, after: Json | undefined, max = 200): ValueChange[] {
  const changes: ValueChange[] = [];
  compare("", before, after, changes, max);
  return changes;
}

function compare(
  pointer: string,
  before: Json | undefined,
  after: Json | undefined,
  changes: ValueChange[],
  max: number,
): void {
  if (before === after || changes.length >= max) return;
  if (before === undefined || after === undefined) {
    changes.push(
      before === undefined ? { pointer, kind: "added", after: after as Json } : { pointer, kind: "removed", before },
    );
    return;
  }
  if (!comparable(before, after)) {
    changes.push({ pointer, kind: "changed", before, after });
    return;
  }
  const [one, other] = [before as JsonObject, after as JsonObject];
  const keys = isArray(before)
    ? Array.from({ length: Math.max(before.length, (after as Json[]).length) }, (_, i) => String(i))
    : [...new Set([...keysOf(one), ...keysOf(other)])].sort();
  for (const key of keys) {
    compare(
      pointer + pointerToken(key),
      hasOwn(one, key) ? one[key] : undefined,
      hasOwn(other, key) ? other[key] : undefined,
      changes,
      max,
    );
  }
}

/** Two objects or two arrays: their members can be compared one by one. */
function comparable(before: Json, after: Json): boolean {
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) return false;
  return isArray(before) === isArray(after);
}
