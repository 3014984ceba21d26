import { isJsonObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { pointerToken } from "../values/pointer.ts";

/** What stands for a masked value wherever it is read. */
export const redactedPlaceholder = "[REDACTED]";

const isArray = Array.isArray;

/** JSON pointers of the texts and names in `value` that hold a placeholder: what was read masked and sent back. */
export function placeholderPointers(value: Json): string[] {
  const found: string[] = [];
  collect(value, "", found);
  return found;
}

function collect(value: Json, pointer: string, found: string[]): void {
  if (typeof value === "string") {
    if (value.includes(redactedPlaceholder)) found.push(pointer);
  } else if (isArray(value)) {
    value.forEach((item, index) => collect(item, `${pointer}/${index}`, found));
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      const at = pointer + pointerToken(key);
      if (key.includes(redactedPlaceholder)) found.push(at);
      else collect(member as Json, at, found);
    }
  }
}
