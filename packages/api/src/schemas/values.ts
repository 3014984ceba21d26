import type { Json, JsonObject } from "@mainspring/core";
import { isJsonObject } from "@mainspring/core";
import { z } from "zod";

/** Any JSON value. What makes one unacceptable (numbers, text, keys) is checked where the text is parsed. */
export const json = z.custom<Json>((value) => value !== undefined);

export const jsonObject = z.custom<JsonObject>(isJsonObject, { error: "expected an object" }).meta({ type: "object" });

/** RFC 3339, UTC. */
export const instant = z.string().meta({ format: "date-time" });

/** UUID of any version; ours are UUIDv7, a child run's UUIDv8. */
export const id = z
  .string()
  .regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, { error: "expected a UUID" })
  .meta({ format: "uuid" });

export const workflowKey = z.string().regex(/^[a-z][a-z0-9-]{1,62}$/, { error: "expected [a-z][a-z0-9-]{1,62}" });

export const versionNumber = z.coerce.number().int().min(1).max(2_147_483_647);

/** Journal entries are numbered from 1 to this. */
export const seqMax = 2_147_483_647;

export const listLimitMax = 200;

export const pageQuery = {
  cursor: z
    .string()
    .min(1)
    .max(2_000)
    .optional()
    .meta({ description: "`nextCursor` of the page before, of the same list and filters" }),
  limit: z.coerce.number().int().min(1).max(listLimitMax).default(50).meta({ description: "at most this many items" }),
};

/** A page of a list; `nextCursor` is null on the last one. */
export function page<T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; nextCursor: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** A name for people: not empty, short. */
export const label = z.string().trim().min(1).max(200);
