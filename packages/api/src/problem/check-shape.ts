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
  const issues = issuesOf(result.error.issues, { value, pointer: "" }, place).slice(0, issuesMax);
  const first = issues[0];
  throw new MainspringError(
    "REQUEST_INVALID",
    { issues },
    first === undefined ? undefined : `${place ?? "body"}${first.pointer}: ${first.message}`,
  );
}

/** Where in the whole value the paths of issues begin. */
interface Base {
  readonly value: unknown;
  readonly pointer: string;
}

function issuesOf(found: readonly ZodIssue[], base: Base, place: Place): ProblemIssue[] {
  return found.flatMap((issue) => {
    const pointer =
      base.pointer + issue.path.map((key) => pointerToken(typeof key === "number" ? key : String(key))).join("");
    const value = issue.path.reduce<unknown>(memberOf, base.value);
    // Whatever else may be said of it.
    if (value === undefined) return [issueOf("FIELD_MISSING", pointer, "this is required", place)];
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) =>
          issueOf("FIELD_UNKNOWN", pointer + pointerToken(key), "this key is not known here", place),
        );
      case "invalid_union": {
        const branch = closestBranch(issue.errors);
        return branch === undefined
          ? [issueOf("FIELD_INVALID", pointer, issue.message, place)]
          : issuesOf(branch, { value, pointer }, place);
      }
      case "invalid_type":
        return [issueOf("FIELD_TYPE", pointer, plain(issue.message), place)];
      default:
        return [issueOf("FIELD_INVALID", pointer, plain(issue.message), place)];
    }
  });
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as { readonly [key: PropertyKey]: unknown })[key]
    : undefined;
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
