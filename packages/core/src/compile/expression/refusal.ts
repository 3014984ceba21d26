import { expressionErrors } from "../../expression/codes.ts";
import { valueErrors } from "../../values/codes.ts";
import { expressionIssues } from "../../errors/expression-refusals.ts";
import type { Issue } from "../../values/issue.ts";

/** An issue of an expression. `position` counts UTF-16 code units from 0, from where the source stands. */
export interface ExpressionIssue extends Issue {
  readonly position: number;
}

const catalogue = { ...valueErrors, ...expressionErrors, ...expressionIssues };

export type RefusalCode = keyof typeof expressionIssues | keyof typeof valueErrors;

/** Why an expression is refused, and where. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly position: number;
}

export function issueOf(refusal: Refusal, offset: number): ExpressionIssue {
  const position = refusal.position + offset;
  return {
    code: refusal.code,
    severity: "error",
    pointer: "",
    message: `${refusal.message} (character ${refusal.position + 1})`,
    remedy: catalogue[refusal.code].remedy,
    position,
  };
}
