import type { WebhookReply } from "@mainspring/api";

type Expression = WebhookReply["correlationKey"];

/** An expression as it is typed: a fixed text stands in quotes, as in any expression. */
export function textOf(value: Expression | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? JSON.stringify(value) : value.$expr;
}

/** What was typed; left as it was, it is sent as it was. */
export function expressionOf(text: string, before: Expression | undefined): Expression {
  if (before !== undefined && text === textOf(before)) return before;
  return text.trim() === "" ? null : { $expr: text.trim() };
}

/** Names of headers, between commas. */
export function headersOf(text: string): string[] {
  return text
    .split(/[,\s]+/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
