const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * How far `at` lies from `now`, short: `just now`, `12 s ago`, `in 4 m`, `3 d ago`; a date beyond 30 days. What has passed has passed
 * in full; what is to come is rounded, so that 47 hours are two days and not one.
 */
export function relativeTime(at: string, nowMs: number): string {
  const atMs = Date.parse(at);
  if (Number.isNaN(atMs)) return at;
  const distanceMs = Math.abs(nowMs - atMs);
  if (distanceMs < 2 * secondMs) return "just now";
  if (distanceMs >= 30 * dayMs) return shortDate.format(atMs);
  const isPast = atMs <= nowMs;
  const inUnits = (unitMs: number): number => (isPast ? Math.floor : Math.round)(distanceMs / unitMs);
  const text =
    inUnits(secondMs) < 60
      ? `${inUnits(secondMs)} s`
      : inUnits(minuteMs) < 60
        ? `${inUnits(minuteMs)} m`
        : inUnits(hourMs) < 24
          ? `${inUnits(hourMs)} h`
          : `${inUnits(dayMs)} d`;
  return isPast ? `${text} ago` : `in ${text}`;
}

const shortDate = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** The exact moment for people: `Tue 24 Nov 2026, 17:00:03.250 GMT+1`, in `timeZone` or else their own. */
export function exactTime(at: string, timeZone?: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const part = partsOf(date, timeZone);
  return `${part["weekday"]} ${part["day"]} ${part["month"]} ${part["year"]}, ${part["hour"]}:${part["minute"]}:${part["second"]}.${part["fractionalSecond"]} ${part["timeZoneName"]}`;
}

/** A day, with the zone in which it is one: `Tue 24 Nov 2026 UTC`. */
export function dayText(at: string, timeZone?: string): string {
  const part = partsOf(new Date(at), timeZone);
  return `${part["weekday"]} ${part["day"]} ${part["month"]} ${part["year"]} ${part["timeZoneName"]}`;
}

/** A moment as sentences name it: `17:00:03 UTC` of today, else `Tue 24 Nov 17:00 UTC`, in `timeZone` or else their own. */
export function momentText(at: string, nowMs: number, timeZone?: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const part = partsOf(date, timeZone);
  const now = partsOf(new Date(nowMs), timeZone);
  const zone = part["timeZoneName"];
  if (part["year"] === now["year"] && part["month"] === now["month"] && part["day"] === now["day"])
    return `${part["hour"]}:${part["minute"]}:${part["second"]} ${zone}`;
  const year = part["year"] === now["year"] ? "" : ` ${part["year"]}`;
  return `${part["weekday"]} ${part["day"]} ${part["month"]}${year} ${part["hour"]}:${part["minute"]} ${zone}`;
}

/** Making one takes longer than using it a hundred times. */
const formats = new Map<string | undefined, Intl.DateTimeFormat>();

function partsOf(date: Date, timeZone: string | undefined): { readonly [part: string]: string } {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      weekday: "short",
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
      timeZoneName: "short",
      timeZone,
    });
    formats.set(timeZone, format);
  }
  return Object.fromEntries(format.formatToParts(date).map((each) => [each.type, each.value]));
}

/** A span: `340 ms`, `4.2 s`, `3 m 12 s`, `2 h 05 m`, `3 d 4 h`. */
export function durationText(spanMs: number): string {
  const ms = Math.max(0, Math.round(spanMs));
  if (ms < secondMs) return `${ms} ms`;
  if (ms < 59_950) return `${(ms / secondMs).toFixed(1)} s`;
  if (ms < hourMs) {
    const seconds = Math.max(60, Math.floor(ms / secondMs));
    return `${Math.floor(seconds / 60)} m ${padded(seconds % 60)} s`;
  }
  if (ms < dayMs) return `${Math.floor(ms / hourMs)} h ${padded(Math.floor((ms % hourMs) / minuteMs))} m`;
  return `${Math.floor(ms / dayMs)} d ${Math.floor((ms % dayMs) / hourMs)} h`;
}

/** A span that still grows, in whole seconds so that digits do not flicker. */
export function growingText(spanMs: number): string {
  const ms = Math.max(0, spanMs);
  return ms < 59_950 ? `${Math.floor(ms / secondMs)} s` : durationText(ms);
}

function padded(n: number): string {
  return String(n).padStart(2, "0");
}
