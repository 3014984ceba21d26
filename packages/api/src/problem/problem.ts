import { z } from "zod";

/** One place that is wrong. `in` is left out for the body, into which `pointer` then points. */
export const problemIssue = z.object({
  code: z.string(),
  severity: z.enum(["error", "warning"]),
  pointer: z.string().meta({ description: "RFC 6901 JSON pointer into the body, or into what `in` names" }),
  message: z.string(),
  remedy: z.string(),
  in: z.enum(["path", "query", "header"]).optional(),
  stepId: z.string().optional(),
  line: z.number().int().optional(),
});
export type ProblemIssue = z.infer<typeof problemIssue>;

/** RFC 9457, `application/problem+json`. Some codes add members, such as `runId`. */
export const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  remedy: z.string(),
  issues: z.array(problemIssue).optional(),
});
export type Problem = z.infer<typeof problem>;

export const problemContentType = "application/problem+json";
