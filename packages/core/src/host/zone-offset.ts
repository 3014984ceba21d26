import type { ZoneOffset } from "../calendar/business-time.ts";

/**
 * The clocks of a zone as this machine knows them; undefined for a zone that it does not know. For hosts alone: machines may differ,
 * so a run never asks, and is told what came of it.
 */
export function zoneOffset(zone: string): ZoneOffset | undefined {
  const format = formatOf(zone);
  return format === undefined ? undefined : (atMs) => offsetIn(format.format(atMs));
}

// The offset itself takes a quarter of the time that date and time take to be put together (4 µs and 17), and a preview asks thousands of times.
function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset", year: "numeric" });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Of a text that ends with `GMT`, `GMT+05:30` or, before zones were rounded, `GMT-00:25:21`. */
function offsetIn(text: string): number {
  const [, sign, hours, minutes, seconds = "0"] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  if (sign === undefined) return 0;
  const ms = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  return sign === "-" ? -ms : ms;
}
