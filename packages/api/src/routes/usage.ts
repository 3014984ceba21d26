import { z } from "zod";
import { defineRoute } from "../route.ts";
import { instant } from "../schemas/values.ts";

const get = defineRoute({
  method: "GET",
  path: "/usage",
  role: "viewer",
  summary: "Read what the tenant has used",
  doc: "Steps begun in this calendar month of UTC, runs under way, what was used in the last minute, and the limits of each; `limit` is null where there is none. A step is counted once, however often it is tried. Fuel, the work of expressions, is counted only where it is limited.",
  replies: {
    200: {
      doc: "usage and quota",
      schema: z.object({
        month: z.string().meta({ description: "its first day" }),
        resetsAt: instant,
        steps: z.object({ used: z.number().int(), limit: z.number().int().nullable() }),
        runs: z.object({
          open: z
            .number()
            .int()
            .meta({ description: "under way, waiting ones too, and those whose end is not confirmed; no children" }),
          limit: z.number().int().nullable(),
        }),
        starts: z.object({ lastMinute: z.number().int(), limit: z.number().int().nullable() }),
        fuel: z.object({ lastMinute: z.number().int().nullable(), limit: z.number().int().nullable() }),
        held: z.object({
          count: z.number().int(),
          byReason: z.object({
            "workflow-paused": z.number().int(),
            "concurrency-limited": z.number().int(),
            "over-limit": z.number().int(),
          }),
          since: instant.nullable().meta({ description: "when the first in the line was accepted" }),
        }),
      }),
    },
  },
  errors: [],
});

export const usage = { get };
