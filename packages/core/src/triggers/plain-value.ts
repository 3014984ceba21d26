import { evaluateExpression } from "../expression/evaluate.ts";
import type { Instant } from "../interpreter/transition.ts";
import type { Value } from "../program/program.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** `value` undefined is nothing; `error` says why there is none. */
export type PlainResult =
  | { readonly value: Json | undefined; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: { readonly code: string; readonly message: string } };

/** What a compiled value comes to outside of any run: that of a mock, or of a trigger. */
export function plainValue(value: Value, scope: JsonObject, now: Instant): PlainResult {
  switch (value.kind) {
    case "literal":
      return { value: value.value };
    case "expr": {
      const result = evaluateExpression(value.expression, scope, { now });
      return result.error === undefined ? { value: result.value } : { error: result.error };
    }
    case "object": {
      const object: JsonObject = {};
      for (const [key, member] of value.entries) {
        const result = plainValue(member, scope, now);
        if (result.error !== undefined) return result;
        if (result.value !== undefined) object[key] = result.value;
      }
      return { value: object };
    }
    case "array": {
      const items: Json[] = [];
      for (const item of value.items) {
        const result = plainValue(item, scope, now);
        if (result.error !== undefined) return result;
        if (result.value !== undefined) items.push(result.value);
      }
      return { value: items };
    }
    case "secret":
      return { error: { code: "SECRET_MISPLACED", message: "A secret has no value outside of an action's input." } };
  }
}
