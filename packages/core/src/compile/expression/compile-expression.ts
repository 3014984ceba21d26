import jsonata from "jsonata";
import { issueOf } from "./refusal.ts";
import { startOf } from "./position.ts";
import { scan } from "./scan.ts";
import { translate } from "./translate.ts";
import type { CompiledExpression } from "../../expression/evaluate.ts";
import type { ExpressionIssue, Refusal } from "./refusal.ts";
import type { Syntax } from "./syntax.ts";

/** The longest source of an expression, in bytes of UTF-8. */
export const sourceMaxBytes = 8 * 1024;

export interface CompileExpressionOptions {
  /** Where the source begins in the text that the reader sees; added to the position of each issue. */
  readonly position?: number;
}

export type CompileExpressionResult =
  | { readonly expression: CompiledExpression }
  | { readonly issues: readonly ExpressionIssue[] };

/** Compiles an expression, or says why it is refused: at least one issue, each with its position. */
export function compileExpression(source: string, options: CompileExpressionOptions = {}): CompileExpressionResult {
  const compiled = compile(source);
  if ("expression" in compiled) return compiled;
  return { issues: compiled.refusals.map((refusal) => issueOf(refusal, options.position ?? 0)) };
}

function compile(source: string): { expression: CompiledExpression } | { refusals: readonly Refusal[] } {
  if (source.trim() === "") return refused("EXPR_EMPTY", "The expression is empty");
  if (utf8Bytes(source) > sourceMaxBytes) {
    return refused("EXPR_TOO_LONG", `The expression has more than ${sourceMaxBytes} bytes`);
  }
  const scanned = scan(source);
  if (scanned.refusals.length > 0) return { refusals: scanned.refusals };
  let syntax: Syntax;
  try {
    syntax = jsonata(scanned.text).ast() as unknown as Syntax;
  } catch (error) {
    return { refusals: [syntaxRefusal(error)] };
  }
  const translation = translate(syntax);
  if (translation.refusals.length > 0) return { refusals: translation.refusals };
  return { expression: { source, form: translation.form } };
}

function refused(code: Refusal["code"], message: string): { refusals: readonly Refusal[] } {
  return { refusals: [{ code, message, position: 0 }] };
}

function syntaxRefusal(error: unknown): Refusal {
  // The parser is recursive: what it cannot read for its depth it ends with this.
  if (error instanceof RangeError)
    return { code: "EXPR_TOO_DEEP", message: "The expression is nested too deeply", position: 0 };
  const { code, position, message, token } = error as {
    code?: unknown;
    position?: unknown;
    message?: unknown;
    token?: unknown;
  };
  if (typeof code !== "string") throw error;
  return {
    code: "EXPR_SYNTAX",
    message: `${typeof message === "string" ? message : "Syntax error"} (${code})`,
    position:
      typeof position !== "number"
        ? 0
        : typeof token === "string" && token !== "(end)"
          ? startOf({ type: "token", value: token, position })
          : position,
  };
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
