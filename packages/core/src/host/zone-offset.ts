import type { ZoneOffset } from "../calendar/business-time.ts";
import { instantMs } from "../time/instant.ts";

const fields = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
} as const;

/**
 * The clocks of a zone as this machine knows them; undefined for a zone that it does not know. For hosts alone: machines may differ,
 * so a run never asks, and is told what came of it.
 */
export function zoneOffset(zone: string): ZoneOffset | undefined {
  const format = formatOf(zone);
  if (format === undefined) return undefined;
  return (atMs) => {
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    const year = String(parts["year"] ?? "1970").padStart(4, "0");
    const local = `${year}-${parts["month"]}-${parts["day"]}T${parts["hour"]}:${parts["minute"]}:${parts["second"]}.000Z`;
    return instantMs(local) - Math.floor(atMs / 1_000) * 1_000;
  };
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  const options = { timeZone: zone, calendar: "iso8601", numberingSystem: "latn", hourCycle: "h23" } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { ...options, ...fields });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
