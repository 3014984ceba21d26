import { Temporal } from "temporal-polyfill";
import { expect, test } from "vitest";
import { zoneOffset } from "../host/zone-offset.ts";
import { instantFromMs, instantMs } from "../time/instant.ts";
import { compileSchedule } from "./compile-schedule.ts";
import { fires } from "./fires.ts";
import { previewSchedule } from "./preview.ts";
import type { CompiledSchedule, ScheduleSpec } from "./schedule.ts";

const zone = "America/Chicago";

function preview(spec: ScheduleSpec, from: string, count: number): string[] {
  const result = previewSchedule(spec, zoneOffset, { fromMs: instantMs(from), count });
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.fires.map((atMs) => instantFromMs(atMs).slice(0, 16));
}

test("[CAS-01] [CASE-27] [SCX-01] the hour that is missing and the hour that comes twice", () => {
  const cron = (text: string): ScheduleSpec => ({ cron: text, zone });
  expect(preview(cron("30 2 * * *"), "2027-03-13T00:00:00Z", 3)).toEqual([
    "2027-03-13T08:30",
    "2027-03-14T08:00",
    "2027-03-15T07:30",
  ]);
  expect(preview(cron("30 1 * * *"), "2027-03-14T00:00:00Z", 2)).toEqual(["2027-03-14T07:30", "2027-03-15T06:30"]);
  expect(preview(cron("30 1 * * *"), "2027-11-07T00:00:00Z", 2)).toEqual(["2027-11-07T06:30", "2027-11-08T07:30"]);
  for (const night of ["2027-03-14T00:00:00Z", "2027-11-07T00:00:00Z"]) {
    const quarters = preview(cron("*/15 * * * *"), night, 96);
    expect(quarters).toEqual(
      Array.from({ length: 96 }, (_, n) => instantFromMs(instantMs(night) + (n + 1) * 900_000).slice(0, 16)),
    );
  }
  expect(preview(cron("0 7,9 * * *"), "2027-03-14T06:00:00Z", 2)).toEqual(["2027-03-14T12:00", "2027-03-14T14:00"]);
  expect(preview(cron("0 7,9 * * *"), "2027-11-07T06:00:00Z", 2)).toEqual(["2027-11-07T13:00", "2027-11-07T15:00"]);
  const daily = preview({ everyMs: 86_400_000, offsetMs: 50_400_000 }, "2027-03-12T00:00:00Z", 400);
  for (let n = 1; n < daily.length; n += 1)
    expect(instantMs(`${daily[n]}:00Z`) - instantMs(`${daily[n - 1]}:00Z`)).toBe(86_400_000);
});

test("[CAS-01] [SCX-01] times lost in one gap are one, and a gap that midnight lies in is none for the day", () => {
  expect(preview({ cron: "*/10 2 * * *", zone }, "2027-03-14T06:00:00Z", 2)).toEqual([
    "2027-03-14T08:00",
    "2027-03-15T07:00",
  ]);
  // 00:00 becomes 01:00.
  expect(preview({ cron: "0 0 * * *", zone: "America/Havana" }, "2027-03-13T12:00:00Z", 2)).toEqual([
    "2027-03-14T05:00",
    "2027-03-15T04:00",
  ]);
});

test("[SCX-01] a preview goes on past the changes that are foreseen when it begins", () => {
  const result = previewSchedule({ cron: "30 2 14 3 *", zone }, zoneOffset, {
    fromMs: instantMs("2027-01-01T00:00:00Z"),
    count: 12,
  });
  // 14 March is a change's Sunday in 2027, 2032 and 2038.
  expect("fires" in result && result.fires.map((atMs) => instantFromMs(atMs).slice(0, 16))).toEqual(
    Array.from({ length: 12 }, (_, n) => {
      const year = 2027 + n;
      return `${year}-03-14T${[2027, 2032, 2038].includes(year) ? "08:00" : preview({ cron: "30 2 14 3 *", zone }, `${year}-03-01T00:00:00Z`, 1)[0]?.slice(11)}`;
    }),
  );
});

const zones = [
  "America/Chicago",
  "America/New_York",
  "America/St_Johns",
  "America/Havana",
  "America/Santiago",
  "America/Nuuk",
  "Atlantic/Azores",
  "Europe/London",
  "Europe/Berlin",
  "Europe/Helsinki",
  "Africa/Cairo",
  "America/Los_Angeles",
  "Asia/Beirut",
  "Asia/Jerusalem",
  "Antarctica/Troll",
  "Australia/Sydney",
  "Australia/Adelaide",
  "Australia/Lord_Howe",
  "Pacific/Auckland",
  "Pacific/Chatham",
];
/** Each with the same in words of its own: what local time it means, and whether it counts what comes twice once. */
const shapes: readonly { cron: string; once: boolean; means: (at: Wall) => boolean }[] = [
  { cron: "*/15 * * * *", once: false, means: ({ minute }) => minute % 15 === 0 },
  { cron: "30 2 * * *", once: true, means: ({ hour, minute }) => hour === 2 && minute === 30 },
  { cron: "5 0-23 * * SAT,SUN", once: true, means: ({ minute, weekday }) => minute === 5 && weekday >= 6 },
  { cron: "*/20 */2 * * *", once: true, means: ({ hour, minute }) => minute % 20 === 0 && hour % 2 === 0 },
  { cron: "0 0 * * SUN", once: true, means: ({ hour, minute, weekday }) => hour + minute === 0 && weekday === 7 },
  {
    cron: "45 * 1-15 3,4,10 *",
    once: false,
    means: ({ minute, day, month }) => minute === 45 && day <= 15 && [3, 4, 10].includes(month),
  },
];

/** What a clock on the wall shows. */
interface Wall {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  /** Monday is 1. */
  readonly weekday: number;
}

test.each(zones)(
  "[SCX-01] %s: what fires around each change of the clocks is what an independent count finds",
  (name) => {
    const fromMs = instantMs("2027-01-01T00:00:00Z");
    const changes = changesOf(name, fromMs, 2);
    expect(changes.length).toBe(2);
    for (const change of changes) {
      const [after, until] = [change - 14 * hourMs, change + 14 * hourMs];
      const shown = shownMinutes(name, after, until);
      for (const { cron, once, means } of shapes) {
        const compiled = compiledOf({ cron, zone: name }, fromMs);
        const offset = zoneOffset(compiled.zone);
        if (offset === undefined) throw new Error(compiled.zone);
        expect([...fires(compiled, offset, after, until)].map(instantFromMs), cron).toEqual(
          counted(shown, means, once, after).map(instantFromMs),
        );
      }
    }
  },
);

const hourMs = 3_600_000;
const minuteMs = 60_000;

function compiledOf(spec: ScheduleSpec, fromMs: number): CompiledSchedule {
  const result = compileSchedule(spec, zoneOffset, fromMs);
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return result.compiled;
}

function changesOf(name: string, fromMs: number, count: number): number[] {
  const found: number[] = [];
  let at: Temporal.ZonedDateTime | null = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(name);
  while (found.length < count) {
    at = at.getTimeZoneTransition("next");
    if (at === null) break;
    found.push(at.epochMilliseconds);
  }
  return found;
}

interface Shown {
  readonly atMs: number;
  readonly wall: Temporal.PlainDateTime;
}

/** What the clocks show, minute by minute; from a little before, so that what the first minutes repeat is known. */
function shownMinutes(name: string, afterMs: number, untilMs: number): Shown[] {
  const shown: Shown[] = [];
  for (let atMs = afterMs - 6 * hourMs; atMs <= untilMs; atMs += minuteMs)
    shown.push({ atMs, wall: Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(name).toPlainDateTime() });
  return shown;
}

function counted(shown: readonly Shown[], means: (at: Wall) => boolean, once: boolean, afterMs: number): number[] {
  const found: number[] = [];
  const seen = new Set<string>();
  let last: Temporal.PlainDateTime | undefined;
  for (const { atMs, wall } of shown) {
    const text = wall.toString();
    let isMeant = means(fieldsOf(wall)) && !(once && seen.has(text));
    // Minutes that the clock on the wall has left out.
    if (once && last !== undefined)
      for (let lost = last.add({ minutes: 1 }); isBefore(lost, wall); lost = lost.add({ minutes: 1 }))
        isMeant ||= means(fieldsOf(lost));
    seen.add(text);
    if (isMeant && atMs > afterMs) found.push(atMs);
    last = wall;
  }
  return found;
}

function fieldsOf({ minute, hour, day, month, dayOfWeek }: Temporal.PlainDateTime): Wall {
  return { minute, hour, day, month, weekday: dayOfWeek };
}

function isBefore(a: Temporal.PlainDateTime, b: Temporal.PlainDateTime): boolean {
  return Temporal.PlainDateTime.compare(a, b) < 0;
}
