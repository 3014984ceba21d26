import { compileCalendar, fires, instantFromMs, instantMs, isBusinessDay, type BusinessDays } from "@mainspring/core";
import { zoneOffset } from "@mainspring/core/host";
import { getCalendar, type ScheduleRow, type TenantDb } from "@mainspring/store";

/** Nominal times of a schedule in a span, in order. @param span.afterMs not itself @param span.untilMs itself as well */
export function* expectedTimes(
  { compiled }: Pick<ScheduleRow, "compiled">,
  span: { readonly afterMs: number; readonly untilMs: number },
): Generator<number> {
  const offset = zoneOffset(compiled.zone);
  if (offset !== undefined) yield* fires(compiled, offset, span.afterMs, span.untilMs);
}

/** The next nominal time, as far as it is compiled. */
export function nextTime(row: Pick<ScheduleRow, "compiled">, afterMs: number): string | null {
  for (const atMs of expectedTimes(row, { afterMs, untilMs: row.compiled.untilMs })) return instantFromMs(atMs);
  return null;
}

/** The days of a schedule's calendar; undefined: it has none, or its calendar is gone. */
export async function businessDaysOf(
  db: TenantDb,
  row: Pick<ScheduleRow, "businessDays">,
): Promise<BusinessDays | undefined> {
  if (row.businessDays === null) return undefined;
  const calendar = await getCalendar(db, row.businessDays);
  const compiled = calendar === undefined ? undefined : compileCalendar(calendar.document);
  if (compiled === undefined || "problem" in compiled) return undefined;
  const offset = zoneOffset(compiled.zone);
  return offset === undefined ? undefined : { calendar: compiled, offset };
}

/** Why a nominal time is none of business days; undefined: it may start something. */
export async function outsideBusiness(
  db: TenantDb,
  row: Pick<ScheduleRow, "businessDays">,
  nominalAt: string,
): Promise<{ readonly calendar: string; readonly localDate?: string; readonly problem?: string } | undefined> {
  if (row.businessDays === null) return undefined;
  const days = await businessDaysOf(db, row);
  if (days === undefined) return { calendar: row.businessDays, problem: "CALENDAR_UNKNOWN" };
  const atMs = instantMs(nominalAt);
  if (isBusinessDay(days, atMs)) return undefined;
  return { calendar: row.businessDays, localDate: instantFromMs(atMs + days.offset(atMs)).slice(0, 10) };
}
