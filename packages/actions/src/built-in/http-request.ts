import { z } from "zod";
import { actionTimeoutMaxMs, defineAction } from "../action.ts";
import { headerProblem } from "../http/headers.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const headers = z
  .record(z.string(), z.string())
  .superRefine((values, context) => {
    for (const [name, value] of Object.entries(values)) {
      const message = headerProblem(name, value);
      if (message !== undefined) context.addIssue({ code: "custom", path: [name], message });
    }
  })
  .describe("Header names and values. The client sets host, length and connection headers itself.");

export const httpRequest = defineAction({
  name: "http.request@1",
  title: "HTTP request",
  description:
    "Calls an HTTP endpoint. 2xx answers, and those in okStatus, are the output; 408, 425, 429, 5xx and connection errors can be retried; other statuses fail.",
  effect: "idempotent",
  timeoutMs: 30_000,
  input: z.strictObject({
    method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    url: z.string().min(1).max(8_192).describe("Absolute, http or https, without user name and password."),
    headers: headers.optional(),
    query: z
      .record(z.string(), z.union([scalar, z.null(), z.array(scalar)]))
      .describe("Added to the URL. Null members are left out; a list repeats its name.")
      .optional(),
    body: z.unknown().describe("Text goes as it is; null is no body; every other value goes as JSON.").optional(),
    timeoutMs: z
      .int()
      .min(1)
      .max(actionTimeoutMaxMs)
      .describe("Covers the exchange with all its redirects.")
      .optional(),
    okStatus: z
      .array(z.int().min(200).max(599))
      .max(50)
      .describe("Statuses that count as answers besides 2xx. A redirect listed here is not followed.")
      .optional(),
  }),
  output: z.strictObject({
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).describe("Names in lower case."),
    body: z.unknown().describe("JSON as a value, text as a string, no body as null, other bytes as base64."),
    bodyEncoding: z.literal("base64").describe("Set when body is the base64 text of bytes.").optional(),
  }),
  run: async ({ input, http, noteAdjusted }) => {
    const { adjusted, ...reply } = await http.request(input);
    noteAdjusted(adjusted);
    return reply;
  },
});
