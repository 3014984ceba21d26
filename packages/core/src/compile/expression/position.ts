import type { Syntax } from "./syntax.ts";

/**
 * Where a node begins, which is what a reader looks for: JSONata's parser gives the place behind the node's first
 * token, or behind its operator. A text is taken as long as it was written if it has no escapes.
 */
export function startOf(syntax: Pick<Syntax, "type" | "value" | "position" | "steps" | "procedure">): number {
  const end = syntax.position ?? 0;
  const length = typeof syntax.value === "string" ? syntax.value.length : 1;
  switch (syntax.type) {
    case "path": {
      const [first] = syntax.steps ?? [];
      return first === undefined ? before(end, 1) : startOf(first);
    }
    case "function":
    case "partial":
      // The call that ?? stands for has a place of no kind.
      return syntax.procedure === undefined || syntax.position === undefined
        ? before(end, 1)
        : startOf(syntax.procedure);
    case "variable":
      return before(end, length + 1);
    case "string":
      return before(end, length + 2);
    case "number":
    case "value":
      return before(end, String(syntax.value).length);
    default:
      return before(end, length);
  }
}

function before(end: number, length: number): number {
  return end > length ? end - length : 0;
}
