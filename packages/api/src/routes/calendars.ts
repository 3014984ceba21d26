import { z } from "zod";
import { defineRoute } from "../route.ts";
import { instant, jsonObject, page, pageQuery } from "../schemas/values.ts";

const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, { error: "expected [A-Za-z][A-Za-z0-9_-]{0,63}" });
const params = z.strictObject({ name });
const notFound = "CALENDAR_NOT_FOUND";
const hours = z.array(z.string());

const calendar = z.object({
  name: z.string(),
  version: z.number().int().meta({ description: "rises with each change; runs record which one counted" }),
  zone: z.string().meta({ description: "IANA: Europe/Berlin" }),
  week: z
    .record(z.string(), hours)
    .meta({ description: "by day or days, `mon` or `mon-fri`: hours such as `09:00-17:00`" }),
  holidays: z.array(z.string()).optional().meta({ description: "local dates on which nothing is done" }),
  exceptions: z.record(z.string(), hours).optional().meta({ description: "local dates with hours of their own" }),
  updatedAt: instant,
  updatedBy: z.string().nullable(),
});
export type CalendarReply = z.infer<typeof calendar>;

const list = defineRoute({
  method: "GET",
  path: "/calendars",
  role: "viewer",
  summary: "List the tenant's business calendars",
  doc: "In the order of their names. Every tenant begins with `default`.",
  query: z.strictObject(pageQuery),
  replies: { 200: { doc: "a page of calendars", schema: page(calendar) } },
  errors: ["CURSOR_MISMATCH"],
});

const get = defineRoute({
  method: "GET",
  path: "/calendars/:name",
  role: "viewer",
  summary: "Read a business calendar",
  doc: "As it is now.",
  params,
  notFound,
  replies: { 200: { doc: "the calendar", schema: calendar } },
  errors: [notFound],
});

const put = defineRoute({
  method: "PUT",
  path: "/calendars/:name",
  role: "author",
  summary: "Create or change a business calendar",
  doc: "The body is the calendar: `zone`, `week`, `holidays`, `exceptions`. Each change is a new version. It counts for waits that open from now on; those that are open keep their time.",
  params,
  notFound,
  body: jsonObject,
  replies: {
    200: { doc: "changed, or as it was", schema: calendar },
    201: { doc: "created", schema: calendar },
  },
  errors: ["CALENDAR_INVALID"],
});

const remove = defineRoute({
  method: "DELETE",
  path: "/calendars/:name",
  role: "author",
  summary: "Remove a business calendar",
  doc: "Waits that are open keep their time; those that would open fail with `CALENDAR_UNKNOWN`.",
  params,
  notFound,
  replies: { 204: { doc: "removed" } },
  errors: [notFound],
});

export const calendars = { list, get, put, remove };
