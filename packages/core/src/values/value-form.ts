import { isJsonObject } from "./json.ts";
import type { Json } from "./json.ts";

export type ValueForm = "literal" | "expr" | "secret" | "object" | "array";

/** Whether an object is one of the `$` forms, and which. */
export function valueForm(value: Json): ValueForm {
  if (Array.isArray(value)) return "array";
  if (!isJsonObject(value)) return "literal";
  if ("$expr" in value) return "expr";
  if ("$secret" in value) return "secret";
  if ("$literal" in value) return "literal";
  return "object";
}
