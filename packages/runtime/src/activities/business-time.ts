import { businessInstant, compileCalendar, type CommandError, type Instant, type ResolvedWhen } from "@mainspring/core";
import { zoneOffset } from "@mainspring/core/host";
import { getCalendar, type TenantDb } from "@mainspring/store";
import { Crossing } from "../wire/crossing.ts";
import type { BusinessDue, ComputeBusinessTimesArgs } from "./child-contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";

export type BusinessSpanOf = Extract<ResolvedWhen, { readonly business: unknown }>["business"];

/**
 * When a span of business time that begins at `from` is over, by the tenant's calendar as it is now. Whoever asks records what is said, and
 * never asks again: a later change of the calendar does not move what is open.
 * @returns error: CALENDAR_UNKNOWN, CALENDAR_ZONE_UNKNOWN, BUSINESS_TIME_ENDLESS; the step that needs it fails with it
 */
export async function businessDueAt(db: TenantDb, business: BusinessSpanOf, from: Instant): Promise<BusinessDue> {
  const { calendar: name, ...span } = business;
  const row = await getCalendar(db, name);
  const calendar = row === undefined ? undefined : compileCalendar(row.document);
  if (row === undefined || calendar === undefined || "problem" in calendar)
    return failed("CALENDAR_UNKNOWN", `There is no calendar "${name}".`, { calendar: name });
  const { version: calendarVersion } = row;
  const details = { calendar: name, calendarVersion };
  const offset = zoneOffset(calendar.zone);
  if (offset === undefined)
    return failed("CALENDAR_ZONE_UNKNOWN", `The worker does not know the clocks of ${calendar.zone}.`, details);
  const dueAt = businessInstant(calendar, span, from, offset);
  if (dueAt === undefined)
    return failed("BUSINESS_TIME_ENDLESS", `The calendar ${name} has not so many hours in ten years.`, details);
  return { dueAt, calendarVersion };
}

export async function computeBusinessTimes(
  dependencies: ActivityDependencies,
  { tenantId, times }: ComputeBusinessTimesArgs,
): Promise<Crossing> {
  const due = await dependencies.store.tenant(tenantId, async (db) => {
    const found: BusinessDue[] = [];
    for (const { business, from } of times) found.push(await businessDueAt(db, business, from));
    return found;
  });
  return new Crossing(tenantId, due);
}

function failed(code: string, message: string, details: CommandError["details"]): BusinessDue {
  return { error: { category: "ControlError", code, message, ...(details === undefined ? {} : { details }) } };
}
