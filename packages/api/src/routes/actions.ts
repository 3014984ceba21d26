import { z } from "zod";
import { defineRoute } from "../route.ts";
import { json } from "../schemas/values.ts";

const action = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  effect: z.enum(["none", "idempotent", "once"]),
  execution: z.enum(["remote", "local"]),
  timeoutMs: z.number().int(),
  batch: z.boolean(),
  secrets: z.literal(false).optional().meta({ description: "false: its input may hold no secrets" }),
  inputSchema: json,
  outputSchema: json,
});

const list = defineRoute({
  method: "GET",
  path: "/actions",
  role: "viewer",
  summary: "List the actions that steps can call",
  doc: "With the JSON Schemas of input and output, in the order of their ids, in one page.",
  replies: {
    200: { doc: "the catalogue", schema: z.object({ items: z.array(action), nextCursor: z.string().nullable() }) },
  },
  errors: [],
});

export const actions = { list };
