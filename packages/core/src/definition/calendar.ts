import { z } from "zod";
import type { CalendarDefinition } from "../calendar/calendar.ts";
import { dayNames } from "../calendar/calendar.ts";

const day = `(?:${dayNames.join("|")})`;
const time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
const hours = z
  .array(z.string().regex(new RegExp(`^${time}-(?:${time}|24:00)$`)))
  .max(24)
  .describe("Such as 09:00-12:00 and 13:00-17:00, in order; none: closed.");
const date = z.iso.date();

/** The shape of a business calendar as people write it. */
export const calendarSchema: z.ZodType<CalendarDefinition> = z
  .strictObject({
    zone: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/)
      .max(100)
      .describe("IANA: Europe/Berlin."),
    week: z
      .record(z.string().regex(new RegExp(`^${day}(?:-${day})?$`)), hours)
      .describe("By day or days: mon, mon-fri."),
    holidays: z.array(date).max(10_000).optional().describe("Local dates on which nothing is done."),
    exceptions: z.record(date, hours).optional().describe("Local dates with hours of their own."),
  })
  .meta({
    id: "Calendar",
    description: "When business is done: weekly hours in a zone, days off, days that are otherwise.",
  });
