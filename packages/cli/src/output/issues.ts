import type { Issue } from "@mainspring/core";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

/** What is shown of an issue: of a definition, a request or a payload. */
export type ShownIssue = Pick<Issue, "code" | "severity" | "pointer" | "message" | "remedy" | "stepId" | "line"> & {
  readonly in?: string;
};

/**
 * An issue in two or three lines: place, code and message; what to do.
 * @param file given: lines begin with `file:line`, which editors and terminals turn into a link
 */
export function issueLines(issue: ShownIssue, paint: Paint, file?: string): string[] {
  const sign = issue.severity === "error" ? paint("red", "✗") : paint("yellow", "!");
  const place = file === undefined ? pointerText(issue) : issue.line === undefined ? file : `${file}:${issue.line}`;
  const code = paint("bold", issue.code);
  const inside = [
    issue.stepId === undefined ? "" : `step ${printable(issue.stepId)}`,
    file === undefined ? "" : pointerText(issue),
  ].filter((part) => part !== "");
  return [
    `${sign} ${printable(place)}  ${code}  ${printable(issue.message)}`,
    ...(inside.length === 0 ? [] : [`    ${paint("dim", inside.join(", "))}`]),
    `    ${printable(issue.remedy)}`,
  ];
}

function pointerText({ pointer, in: where }: ShownIssue): string {
  const name = pointer === "" ? "(the whole document)" : printable(pointer);
  return where === undefined ? name : `${where} ${name}`;
}
