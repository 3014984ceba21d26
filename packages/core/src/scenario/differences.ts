import { isJsonObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";

/** Where a value is other than expected. Nothing: `expected` or `seen` is absent. */
export interface Difference {
  /** RFC 6901 pointer into the value. */
  readonly pointer: string;
  readonly expected?: Json;
  readonly seen?: Json;
}

const differencesMax = 20;

/**
 * The places in which `seen` is other than `expected`, at most 20. Lists and objects are compared whole; with
 * `partly`, members of objects that are not expected are not looked at. In an expectation `{ $exists: true }` is any
 * value, `{ $exists: false }` none, `{ $partly: .. }` an object with these members among others, and `{ $literal: .. }` a
 * value as it stands.
 */
export function differences(
  expected: Json,
  seen: Json | undefined,
  partly: "partly" | "whole" = "whole",
): Difference[] {
  const found: Difference[] = [];
  compare(expected, seen, "", partly === "partly", found);
  return found;
}

function compare(expected: Json, seen: Json | undefined, pointer: string, partly: boolean, found: Difference[]): void {
  if (found.length >= differencesMax) return;
  if (isJsonObject(expected)) {
    const exists = only(expected, "$exists");
    if (typeof exists === "boolean") {
      if (exists !== (seen !== undefined)) found.push(difference(pointer, exists ? expected : undefined, seen));
      return;
    }
    const some = only(expected, "$partly");
    if (some !== undefined) return compare(some, seen, pointer, true, found);
    const literal = only(expected, "$literal");
    if (literal !== undefined) return compareLiteral(literal, seen, pointer, found);
    if (isJsonObject(seen)) return compareObjects(expected, seen, pointer, partly, found);
  } else if (Array.isArray(expected) && Array.isArray(seen)) {
    for (let i = 0; i < Math.max(expected.length, seen.length); i += 1) {
      const at = `${pointer}/${i}`;
      if (i >= expected.length) push(found, difference(at, undefined, seen[i]));
      else compare(expected[i] as Json, seen[i], at, partly, found);
    }
    return;
  }
  if (expected !== seen) push(found, difference(pointer, expected, seen));
}

function compareObjects(
  expected: JsonObject,
  seen: JsonObject,
  pointer: string,
  partly: boolean,
  found: Difference[],
): void {
  for (const key of Object.keys(expected)) {
    const member = Object.hasOwn(seen, key) ? seen[key] : undefined;
    compare(expected[key] as Json, member, pointer + pointerToken(key), partly, found);
  }
  if (partly) return;
  for (const key of Object.keys(seen))
    if (!Object.hasOwn(expected, key)) push(found, difference(pointer + pointerToken(key), undefined, seen[key]));
}

/** As `compare`, with no form but plain values. */
function compareLiteral(expected: Json, seen: Json | undefined, pointer: string, found: Difference[]): void {
  if (isJsonObject(expected) && isJsonObject(seen)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(seen)])) {
      const at = pointer + pointerToken(key);
      if (Object.hasOwn(expected, key)) compareLiteral(expected[key] as Json, seen[key], at, found);
      else push(found, difference(at, undefined, seen[key]));
    }
  } else if (Array.isArray(expected) && Array.isArray(seen) && expected.length === seen.length) {
    expected.forEach((item, i) => compareLiteral(item, seen[i], `${pointer}/${i}`, found));
  } else if (expected !== seen) push(found, difference(pointer, expected, seen));
}

function only(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) && Object.keys(object).length === 1 ? object[key] : undefined;
}

function push(found: Difference[], one: Difference): void {
  if (found.length < differencesMax) found.push(one);
}

function difference(pointer: string, expected: Json | undefined, seen: Json | undefined): Difference {
  return {
    pointer,
    ...(expected === undefined ? {} : { expected }),
    ...(seen === undefined ? {} : { seen }),
  };
}

/** A value in one line, for messages. */
export function short(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= 120 ? text : text.slice(0, 117) + "...";
}

/** One step of the way from the expected list to the one that was seen. */
export type Edit<Expected, Seen> =
  | { readonly kind: "both"; readonly expected: Expected; readonly seen: Seen }
  | { readonly kind: "missing"; readonly expected: Expected }
  | { readonly kind: "unexpected"; readonly seen: Seen };

/** The longest common part of two lists, and around it what is missing or unexpected. */
export function alignment<Expected, Seen>(
  expected: readonly Expected[],
  seen: readonly Seen[],
  same: (expected: Expected, seen: Seen) => boolean,
): Edit<Expected, Seen>[] {
  let from = 0;
  let ends = 0;
  const shorter = Math.min(expected.length, seen.length);
  while (from < shorter && same(expected[from] as Expected, seen[from] as Seen)) from += 1;
  while (
    ends < shorter - from &&
    same(expected[expected.length - 1 - ends] as Expected, seen[seen.length - 1 - ends] as Seen)
  )
    ends += 1;
  const middle = between(expected.slice(from, expected.length - ends), seen.slice(from, seen.length - ends), same);
  const both = (i: number, j: number): Edit<Expected, Seen> => ({
    kind: "both",
    expected: expected[i] as Expected,
    seen: seen[j] as Seen,
  });
  return [
    ...Array.from({ length: from }, (_, i) => both(i, i)),
    ...middle,
    ...Array.from({ length: ends }, (_, i) => both(expected.length - ends + i, seen.length - ends + i)),
  ];
}

const cellsMax = 4_000_000;

function between<Expected, Seen>(
  expected: readonly Expected[],
  seen: readonly Seen[],
  same: (expected: Expected, seen: Seen) => boolean,
): Edit<Expected, Seen>[] {
  const edits: Edit<Expected, Seen>[] = [];
  let i = 0;
  let j = 0;
  // Lists that have thousands of entries and nothing in common are told apart one by one.
  if (expected.length * seen.length <= cellsMax) {
    const width = seen.length + 1;
    const common = new Uint32Array((expected.length + 1) * width);
    for (let a = expected.length - 1; a >= 0; a -= 1)
      for (let b = seen.length - 1; b >= 0; b -= 1)
        common[a * width + b] = same(expected[a] as Expected, seen[b] as Seen)
          ? (common[(a + 1) * width + b + 1] as number) + 1
          : Math.max(common[(a + 1) * width + b] as number, common[a * width + b + 1] as number);
    while (i < expected.length && j < seen.length) {
      if (same(expected[i] as Expected, seen[j] as Seen)) {
        edits.push({ kind: "both", expected: expected[i] as Expected, seen: seen[j] as Seen });
        i += 1;
        j += 1;
      } else if ((common[(i + 1) * width + j] as number) >= (common[i * width + j + 1] as number)) {
        edits.push({ kind: "missing", expected: expected[i] as Expected });
        i += 1;
      } else {
        edits.push({ kind: "unexpected", seen: seen[j] as Seen });
        j += 1;
      }
    }
  }
  for (; i < expected.length; i += 1) edits.push({ kind: "missing", expected: expected[i] as Expected });
  for (; j < seen.length; j += 1) edits.push({ kind: "unexpected", seen: seen[j] as Seen });
  return edits;
}
