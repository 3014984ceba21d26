import type { Json } from "../values/json.ts";

/**
 * A stable merge sort, top down, that moves the right element first only when `goesAfter(left, right)`. It compares in
 * the same order as JSONata's, so an inconsistent comparison gives the same result too.
 */
export function sorted(items: readonly Json[], goesAfter: (left: Json, right: Json) => boolean): Json[] {
  if (items.length <= 1) return items.slice();
  const middle = items.length >> 1;
  const left = sorted(items.slice(0, middle), goesAfter);
  const right = sorted(items.slice(middle), goesAfter);
  const merged: Json[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    if (goesAfter(left[l] as Json, right[r] as Json)) merged.push(right[r++] as Json);
    else merged.push(left[l++] as Json);
  }
  while (l < left.length) merged.push(left[l++] as Json);
  while (r < right.length) merged.push(right[r++] as Json);
  return merged;
}
