import { deeper, isItems, refuseBlob } from "./value.ts";
import { spend } from "./run.ts";
import type { Run } from "./run.ts";
import type { Json } from "../values/json.ts";

const keysOf = Object.keys;
const stringify = JSON.stringify;

/** A text that two values have in common exactly when they are equal: members sorted, numbers in full. */
export function metered(value: Json | undefined, run: Run, depth = 0): string {
  spend(run, 1);
  switch (typeof value) {
    case "string":
      spend(run, value.length >> 5);
      return stringify(value);
    case "object":
      break;
    default:
      return value === 0 ? "0" : "" + value;
  }
  if (value === null) return "null";
  const below = deeper(depth);
  let text = "";
  if (isItems(value)) {
    for (let i = 0; i < value.length; i += 1) text += metered(value[i], run, below) + ",";
    return "[" + text + "]";
  }
  refuseBlob(value);
  const keys = keysOf(value).sort();
  for (const key of keys) {
    spend(run, 1 + (key.length >> 5));
    text += stringify(key) + ":" + metered(value[key], run, below) + ",";
  }
  return "{" + text + "}";
}
