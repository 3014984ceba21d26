import { pointerKeys } from "../values/pointer.ts";
import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";

const hasOwn = Object.hasOwn;
const isArray = Array.isArray;
const decode = globalThis.decodeURIComponent;

/** The JSON pointer that a local `$ref` (`#`, `#/$defs/a`) has, or undefined when it is no such reference. */
export function refPointer(ref: string): string | undefined {
  if (ref === "#") return "";
  if (ref.charAt(0) !== "#" || ref.charAt(1) !== "/") return undefined;
  if (!ref.includes("%")) return ref.slice(1);
  try {
    return decode(ref.slice(1));
  } catch {
    return undefined;
  }
}

/** What a local `$ref` leads to in `root`. */
export function resolveRef(root: Json, ref: string): Json | undefined {
  const pointer = refPointer(ref);
  const keys = pointer === undefined ? undefined : pointerKeys(pointer);
  if (keys === undefined) return undefined;
  let at: Json | undefined = root;
  for (const key of keys) {
    if (at === undefined || at === null || typeof at !== "object") return undefined;
    if (isArray(at)) at = isIndex(key) ? at[+key] : undefined;
    else at = isJsonObject(at) && hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

function isIndex(key: string): boolean {
  if (key === "" || key.length > 9 || (key.length > 1 && key.charAt(0) === "0")) return false;
  for (let i = 0; i < key.length; i += 1) {
    const digit = key.charCodeAt(i);
    if (digit < 48 || digit > 57) return false;
  }
  return true;
}
