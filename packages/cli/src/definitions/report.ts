import type { Output } from "../output/output.ts";
import { issueLines, type ShownIssue } from "../output/issues.ts";
import { printable } from "../output/printable.ts";
import { hasErrors } from "./read-definition.ts";

/** A file's issues, each with its place, then one line that sums up. @param summary what is said when there is no error */
export function reportLines(file: string, issues: readonly ShownIssue[], summary: string, { paint }: Output): string[] {
  const failed = hasErrors(issues);
  const sign = failed ? paint("red", "✗") : paint("green", "✓");
  const counts = countsText(issues);
  const said = [failed ? "" : summary, counts].filter((part) => part !== "").join("; ");
  return [...issues.flatMap((issue) => issueLines(issue, paint, file)), `${sign} ${printable(file)}  ${said}`];
}

function countsText(issues: readonly ShownIssue[]): string {
  const errors = issues.filter(({ severity }) => severity === "error").length;
  const warnings = issues.length - errors;
  const parts = [
    errors === 0 ? "" : `${errors} ${errors === 1 ? "error" : "errors"}`,
    warnings === 0 ? "" : `${warnings} ${warnings === 1 ? "warning" : "warnings"}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}
