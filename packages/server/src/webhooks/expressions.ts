import { issueOf } from "@mainspring/api";
import type { ProblemIssue } from "@mainspring/api";
import { evaluateExpression, isJsonObject, textIsStorable } from "@mainspring/core";
import type { CompiledExpression, ErrorCode, Json, JsonObject } from "@mainspring/core";
import { compileExpression, readsOf } from "@mainspring/core/compile";

/** What an endpoint's expressions see of a call. */
export interface CallScope extends JsonObject {
  headers: JsonObject;
  query: JsonObject;
  body: Json;
}

const scopeNames = ["headers", "query", "body"];

/** What is wrong with a text or expression that an endpoint is given. @param pointer of the value in the request's body */
export function expressionIssues(value: Json | undefined, pointer: string): ProblemIssue[] {
  const source = sourceOf(value);
  if (source === undefined) return [];
  const at = `${pointer}/$expr`;
  const compiled = compileExpression(source);
  if ("issues" in compiled) return compiled.issues.map(({ code, message }) => issueOf(code as ErrorCode, at, message));
  const unknown = readsOf(compiled.expression.form).find(({ names }) => !scopeNames.includes(names[0] ?? ""));
  if (unknown === undefined) return [];
  const message = `"${unknown.names[0] ?? ""}" is nothing here: an endpoint's expressions see headers, query and body.`;
  return [issueOf("VARIABLE_UNDEFINED", at, message)];
}

/** A text, nothing, or why there is none: an event is not lost for it. */
export type TextResult =
  | { readonly text: string | undefined; readonly problem?: undefined }
  | { readonly problem: string };

/** @param maxLength what is longer is a problem */
export function textOf(
  value: Json,
  scope: CallScope,
  limits: { readonly now: string; readonly maxLength: number },
): TextResult {
  if (typeof value === "string") return { text: value };
  const source = sourceOf(value);
  if (source === undefined) return { text: undefined };
  const compiled = compiledOnce(source);
  if (compiled === undefined) return { problem: "EXPR_SYNTAX" };
  const result = evaluateExpression(compiled, scope, { now: limits.now });
  if (result.error !== undefined) return { problem: result.error.code };
  const found = result.value;
  if (found === undefined || found === null || found === "") return { text: undefined };
  if (typeof found === "object") return { problem: "EXPR_TYPE" };
  // A number as the shortest decimal that reads back, as everywhere where it is a key.
  const text = String(found);
  if (!textIsStorable(text)) return { problem: "TEXT_NOT_STORABLE" };
  return text.length <= limits.maxLength ? { text } : { problem: "FIELD_INVALID" };
}

function sourceOf(value: Json | undefined): string | undefined {
  const source = isJsonObject(value) ? value["$expr"] : undefined;
  return typeof source === "string" ? source : undefined;
}

const keptExpressions = 500;
const kept = new Map<string, CompiledExpression | undefined>();

/** Checked when it was saved; what a later version of the product no longer compiles gives nothing. */
function compiledOnce(source: string): CompiledExpression | undefined {
  if (kept.has(source)) return kept.get(source);
  const compiled = compileExpression(source);
  const expression = "expression" in compiled ? compiled.expression : undefined;
  if (kept.size >= keptExpressions) kept.clear();
  kept.set(source, expression);
  return expression;
}
