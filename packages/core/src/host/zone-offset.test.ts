import fc from "fast-check";
import { expect, test } from "vitest";
import { zoneOffset } from "./zone-offset.ts";

const fields = ["year", "month", "day", "hour", "minute", "second"] as const;

/** From date and time as the platform shows them there. */
function shownOffset(zone: string, atMs: number): number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = fields.map((field) => parts.get(field));
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
}

test("[SCX-01] the offset of a zone is the difference that its clocks show, in every zone and year", () => {
  const zone = fc.constantFrom(...Intl.supportedValuesOf("timeZone"), "UTC", "Etc/GMT+12", "Etc/GMT-14");
  const atMs = fc.integer({ min: Date.UTC(1850, 0), max: Date.UTC(2150, 0) });
  fc.assert(
    fc.property(zone, atMs, (name, at) => {
      expect([name, at, zoneOffset(name)?.(at)]).toEqual([name, at, shownOffset(name, at)]);
    }),
    { numRuns: 1_000 },
  );
});

test("what is no zone has no offset", () => {
  for (const zone of ["Mars/Olympus", "", "Europe", "GMT+25"])
    expect([zone, zoneOffset(zone)]).toEqual([zone, undefined]);
});
