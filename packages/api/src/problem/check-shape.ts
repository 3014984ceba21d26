import { MainspringError, pointerToken } from "@mainspring/core";
import type { z } from "zod";
import { issueOf } from "./issue.ts";
import type { ProblemIssue } from "./problem.ts";

type Place = ProblemIssue["in"];
type ZodIssue = z.core.$ZodIssue;

const issuesMax = 50;

/**
 * The value as the schema reads it: defaults filled in, numbers of a query read.
 * @throws MainspringError REQUEST_INVALID with a pointer to each place that does not fit
 */
export function checkShape<S extends z.ZodType>(schema: S, value: unknown, place?: Place): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = issuesOf(result.error.issues, "", place).slice(0, issuesMax);
  const first = issues[0];
  throw new MainspringError(
    "REQUEST_INVALID",
    { issues },
    first === undefined ? undefined : `${place ?? "body"}${first.pointer}: ${first.message}`,
  );
}

function issuesOf(found: readonly ZodIssue[], base: string, place: Place): ProblemIssue[] {
  return found.flatMap((issue) => {
    const pointer = base + issue.path.map((key) => pointerToken(typeof key === "number" ? key : String(key))).join("");
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) =>
          issueOf("FIELD_UNKNOWN", pointer + pointerToken(key), "this key is not known here", place),
        );
      case "invalid_union": {
        const branch = closestBranch(issue.errors);
        return branch === undefined
          ? [issueOf("FIELD_INVALID", pointer, issue.message, place)]
          : issuesOf(branch, pointer, place);
      }
      case "invalid_type":
        if (issue.message.endsWith("received undefined"))
          return [issueOf("FIELD_MISSING", pointer, "this is required", place)];
        return [issueOf("FIELD_TYPE", pointer, plain(issue.message), place)];
      default:
        return [issueOf("FIELD_INVALID", pointer, plain(issue.message), place)];
    }
  });
}

function plain(message: string): string {
  return message.replace(/^Invalid input: /, "");
}

/** Of a union's alternatives the one that the value was most likely meant to be: it fits at its root. */
function closestBranch(branches: readonly (readonly ZodIssue[])[]): readonly ZodIssue[] | undefined {
  return (
    branches.find((branch) => !branch.some((issue) => issue.path.length === 0 && issue.code === "invalid_type")) ??
    branches[0]
  );
}
