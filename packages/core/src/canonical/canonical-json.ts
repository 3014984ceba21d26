const isArray = Array.isArray;
const keysOf = Object.keys;
const stringify = JSON.stringify;
const isFinite = Number.isFinite;

/**
 * The one JSON text of a value: no white space, members sorted by the UTF-16 code units of their keys, numbers and
 * strings as `JSON.stringify` writes them. What JSON cannot express counts as in `JSON.stringify`: an undefined member
 * is absent, an undefined element and a number that is not finite are null.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return stringify(value);
    case "number":
      return isFinite(value) ? "" + value : "null";
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      return isArray(value) ? arrayText(value) : objectText(value as Record<string, unknown>);
    default:
      return "null";
  }
}

function arrayText(items: readonly unknown[]): string {
  if (items.length === 0) return "[]";
  let text = "[" + canonicalJson(items[0]);
  for (let i = 1; i < items.length; i += 1) text += "," + canonicalJson(items[i]);
  return text + "]";
}

function objectText(members: Record<string, unknown>): string {
  const keys = keysOf(members);
  // Most objects that we write are in order already: looking is cheaper than sorting.
  for (let i = 1; i < keys.length; i += 1) {
    if ((keys[i - 1] as string) > (keys[i] as string)) {
      keys.sort();
      break;
    }
  }
  let text = "";
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    const member = members[key];
    if (member === undefined) continue;
    text += (text === "" ? "{" : ",") + stringify(key) + ":" + canonicalJson(member);
  }
  return text === "" ? "{}" : text + "}";
}
