import { z } from "zod";
import { defineRoute } from "../route.ts";
import { instant } from "../schemas/values.ts";

const get = defineRoute({
  method: "GET",
  path: "/usage",
  role: "viewer",
  summary: "Read what the tenant has used",
  doc: "Steps begun in this calendar month of UTC, and the quota; `limit` is null where there is none. A step is counted once, however often it is tried.",
  replies: {
    200: {
      doc: "usage and quota",
      schema: z.object({
        month: z.string().meta({ description: "its first day" }),
        resetsAt: instant,
        steps: z.object({ used: z.number().int(), limit: z.number().int().nullable() }),
      }),
    },
  },
  errors: [],
});

export const usage = { get };
