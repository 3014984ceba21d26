import { explainCode } from "@mainspring/core";
import type { ErrorCode } from "@mainspring/core";
import type { ProblemIssue } from "./problem.ts";

/** An issue with the catalogue's remedy. @param place left out: the body */
export function issueOf(code: ErrorCode, pointer: string, message: string, place?: ProblemIssue["in"]): ProblemIssue {
  const remedy = explainCode(code)?.remedy ?? "Correct this value.";
  return { code, severity: "error", pointer, message, remedy, ...(place === undefined ? {} : { in: place }) };
}
