import type { JsonObject } from "@mainspring/core";
import { z } from "zod";

/** What is wrong with `value` by a schema of the catalogue; none when it fits. */
export function schemaIssues(schema: JsonObject, value: unknown): string[] {
  const result = z.fromJSONSchema(schema).safeParse(value);
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join("/")} ${issue.message}`);
}
