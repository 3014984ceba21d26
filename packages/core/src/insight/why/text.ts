import { instantFromMs, instantMs } from "../../time/instant.ts";
import type { Instant } from "../../interpreter/transition.ts";
import type { Json } from "../../values/json.ts";

const floor = Math.floor;
const round = Math.round;
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const hourMs = 3_600_000;
const shownValueMax = 80;

/** `Tue 24 Nov 17:00 UTC`; with seconds when it is within the hour, with the year when it is another than now's. */
export function momentText(at: Instant, now: Instant): string {
  const ms = instantMs(at);
  const text = instantFromMs(ms);
  const weekday = weekdays[(((floor(ms / 86_400_000) + 4) % 7) + 7) % 7];
  const month = months[Number(text.slice(5, 7)) - 1];
  const year = text.slice(0, 4) === now.slice(0, 4) ? "" : ` ${text.slice(0, 4)}`;
  const isNear = Math.abs(ms - instantMs(now)) < hourMs;
  return `${weekday} ${Number(text.slice(8, 10))} ${month}${year} ${text.slice(11, isNear ? 19 : 16)} UTC`;
}

/** `850 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${round(ms < 0 ? 0 : ms)} ms`;
  if (ms < 60_000) return `${round(ms / 100) / 10} s`;
  if (ms < hourMs) return two(ms, 60_000, "min", 1_000, "s");
  if (ms < 24 * hourMs) return two(ms, hourMs, "h", 60_000, "min");
  return two(ms, 24 * hourMs, "d", hourMs, "h");
}

function two(ms: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const whole = floor(ms / largeMs);
  const rest = floor((ms - whole * largeMs) / smallMs);
  return rest === 0 ? `${whole} ${large}` : `${whole} ${large} ${rest} ${small}`;
}

/** The text in quotes, as JSON writes it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A value in short. */
export function valueText(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length <= shownValueMax ? text : `${text.slice(0, shownValueMax)}...`;
}

/** `1 event`, `3 events`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? "";
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

/** A step execution: `notify[3]`. */
export function placeText(place: { readonly stepId: string; readonly iteration: readonly number[] }): string {
  return place.iteration.length === 0 ? place.stepId : `${place.stepId}[${place.iteration.join(",")}]`;
}

export function endsSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Milliseconds from one to the other. */
export function betweenMs(from: Instant, to: Instant): number {
  return instantMs(to) - instantMs(from);
}
