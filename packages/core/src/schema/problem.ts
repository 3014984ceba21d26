import type { Issue } from "../values/issue.ts";
import type { SchemaErrorCode } from "./codes.ts";

/** What is wrong with a value, or with a schema. The message names the rule, never the value: it may be a secret. */
export interface SchemaProblem {
  readonly code: SchemaErrorCode | "EXPR_FUEL";
  /** RFC 6901 pointer into the value, or into the schema when the schema is wrong. A missing member's is its own. */
  readonly pointer: string;
  readonly message: string;
}

/** The same as checks of definitions report it. */
export type SchemaIssue = SchemaProblem & Pick<Issue, "severity" | "remedy">;
