import { isJsonObject, type ReadonlyJson } from "@mainspring/core";

/** Names of the members that are in one and not in the other, or not the same there; in the order of `after`, then `before`. */
export function changedMembers(before: ReadonlyJson, after: ReadonlyJson): readonly string[] {
  const one: { readonly [name: string]: ReadonlyJson } = isJsonObject(before) ? before : {};
  const other: { readonly [name: string]: ReadonlyJson } = isJsonObject(after) ? after : {};
  return [...new Set([...Object.keys(other), ...Object.keys(one)])].filter(
    (name) =>
      Object.hasOwn(one, name) !== Object.hasOwn(other, name) ||
      JSON.stringify(one[name]) !== JSON.stringify(other[name]),
  );
}
