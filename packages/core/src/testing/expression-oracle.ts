import jsonata from "jsonata";
import { compileExpression } from "../compile/expression/compile-expression.ts";
import { evaluateExpression } from "../expression/evaluate.ts";
import type { Json } from "../values/json.ts";

/** How our evaluator and jsonata 2.2.2 compare on one expression. */
export type Comparison =
  | { readonly kind: "agree"; readonly on: "a value" | "nothing" | "an error" }
  | { readonly kind: "refused"; readonly code: string }
  /**
   * JSONata has no result to compare with: it changed the data that it was given (grouping adds an element to an empty
   * array), or broke with an error of its own that has no code ($sort with a comparison as the last call of a function).
   */
  | { readonly kind: "incomparable"; readonly reason: "input changed" | "broke" }
  | { readonly kind: "differ"; readonly theirs: string; readonly ours: string };

export const testNow = "2026-11-26T05:13:00.000Z";

/** What we end with although JSONata has a result: limits, and what is no storable JSON. */
const refusals = new Set([
  "EXPR_FUEL",
  "EXPR_OUTPUT_TOO_LARGE",
  "EXPR_DEPTH",
  "EXPR_NUMBER_RANGE",
  "KEY_REFUSED",
  "TEXT_NOT_STORABLE",
  "VALUE_IS_BLOB",
]);

/**
 * Evaluates an expression with both, over data of its own for each.
 * @param codes whether two errors must be the same one: of several in one constructor JSONata, which evaluates its parts
 *   side by side, may report another first
 */
export async function compareWithJsonata(source: string, data: Json, codes: "same" | "any"): Promise<Comparison> {
  const ours = evaluateOurs(source, data);
  if ("refused" in ours) return { kind: "refused", code: ours.refused };
  const theirs = await evaluateTheirs(source, data);
  if (theirs.spoilt) return { kind: "incomparable", reason: "input changed" };
  if ("text" in ours && "error" in theirs && theirs.error === undefined)
    return { kind: "incomparable", reason: "broke" };
  if ("error" in ours) {
    if ("error" in theirs) {
      // Where both name a code of JSONata's it is the same one.
      const named = codes === "same" ? jsonataCode(ours.message) : undefined;
      if (named === undefined || theirs.error === undefined || named === theirs.error)
        return { kind: "agree", on: "an error" };
      return { kind: "differ", theirs: `error ${theirs.error}`, ours: `error ${ours.message}` };
    }
    if (refusals.has(ours.error)) return { kind: "refused", code: ours.error };
    return { kind: "differ", theirs: theirs.text, ours: `error ${ours.error} ${ours.message}` };
  }
  const text = "error" in theirs ? `error ${theirs.error}` : theirs.text;
  if (text === ours.text) return { kind: "agree", on: text === "nothing" ? "nothing" : "a value" };
  return { kind: "differ", theirs: text, ours: ours.text };
}

type Ours =
  | { readonly text: string }
  | { readonly error: string; readonly message: string }
  | { readonly refused: string };

function evaluateOurs(source: string, data: Json): Ours {
  const compiled = compileExpression(source);
  if ("issues" in compiled) return { refused: compiled.issues[0]?.code ?? "no issue" };
  const result = evaluateExpression(JSON.parse(JSON.stringify(compiled.expression)), structuredClone(data) as object, {
    now: testNow,
  });
  if (result.error !== undefined) return { error: result.error.code, message: result.error.message };
  return { text: textOf(result.value) };
}

type Theirs = ({ readonly text: string } | { readonly error: string | undefined }) & { readonly spoilt: boolean };

async function evaluateTheirs(source: string, data: Json): Promise<Theirs> {
  const copy = structuredClone(data);
  const isSpoilt = () => JSON.stringify(copy) !== JSON.stringify(data);
  try {
    const value: unknown = await jsonata(source).evaluate(copy);
    // The element that it adds to an empty array is nothing, which no array of JSON can hold.
    return { text: textOf(value), spoilt: isSpoilt() || holdsNothing(value) };
  } catch (error) {
    return { error: (error as { code?: string }).code, spoilt: isSpoilt() };
  }
}

function holdsNothing(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value) && value.includes(undefined)) return true;
  return Object.values(value).some(holdsNothing);
}

function textOf(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value) ?? "no JSON");
}

function jsonataCode(message: string): string | undefined {
  const open = message.lastIndexOf("(");
  const code = message.slice(open + 1, -1);
  return open >= 0 && code.length === 5 && message.endsWith(")") ? code : undefined;
}
