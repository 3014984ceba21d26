import { z } from "zod";
import { instant, json, jsonObject } from "./values.ts";

export const eventTypeName = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: "the name of the events; `*`: where any event may have its correlation key" });

export const eventType = z.object({
  name: z.string(),
  description: z.string().nullable(),
  schema: json.meta({
    description: "of the payload; null: anything. Fields with `sensitive: true` are masked when read",
  }),
  correlationPaths: z
    .array(z.string())
    .meta({ description: "where a payload has its correlation key, in the order in which they are tried" }),
  samples: z.array(json).meta({ description: "payloads to show and to try with" }),
  revision: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  updatedBy: z.string().nullable(),
});
export type EventTypeReply = z.infer<typeof eventType>;

export const eventTypeBody = z.strictObject({
  description: z.string().max(2_000).optional(),
  schema: jsonObject.optional(),
  correlationPaths: z.array(z.string().min(1).max(500)).max(20).default([]),
  samples: z.array(json).max(20).default([]),
});
