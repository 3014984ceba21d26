import type { ZoneOffset } from "@mainspring/core";

const fields = {
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;

/** The clocks of a zone as this machine knows them; undefined for a zone that it does not know. */
export function zoneOffset(zone: string): ZoneOffset | undefined {
  const format = formatOf(zone);
  if (format === undefined) return undefined;
  return (atMs) => {
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
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
