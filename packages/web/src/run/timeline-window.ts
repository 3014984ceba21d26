/** The part of a run's time that is shown, in milliseconds from the start of the run. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Times are recorded in milliseconds: less than this shows nothing more. */
export const windowMinMs = 10;

/** `from-to` in whole milliseconds, as the address holds it; undefined: the whole run. */
export function windowText(shown: TimeWindow | undefined): string | undefined {
  return shown === undefined ? undefined : `${Math.round(shown.fromMs)}-${Math.round(shown.toMs)}`;
}

export function readWindow(text: unknown): TimeWindow | undefined {
  const [, from, to] = typeof text === "string" ? (/^(\d{1,13})-(\d{1,13})$/.exec(text) ?? []) : [];
  if (from === undefined || to === undefined) return undefined;
  const shown = { fromMs: Number(from), toMs: Number(to) };
  return shown.toMs - shown.fromMs < windowMinMs ? undefined : shown;
}

/**
 * Narrower (`factor` below 1) or wider, with the moment at `at` (0: the left edge, 1: the right one) standing still.
 * @returns undefined when the whole run is shown
 */
export function zoomed(shown: TimeWindow, wholeMs: number, factor: number, at: number): TimeWindow | undefined {
  const span = shown.toMs - shown.fromMs;
  const next = Math.max(windowMinMs, span * factor);
  if (next >= wholeMs) return undefined;
  return within(shown.fromMs + (span - next) * at, next, wholeMs);
}

/** Moved by a part of what is shown; it stops at both ends of the run. */
export function panned(shown: TimeWindow, wholeMs: number, by: number): TimeWindow {
  const span = shown.toMs - shown.fromMs;
  return within(shown.fromMs + span * by, span, wholeMs);
}

/** A span of the run with some room on both sides. */
export function around(fromMs: number, toMs: number, wholeMs: number): TimeWindow | undefined {
  const span = Math.max(windowMinMs, (toMs - fromMs) * 1.2);
  return span >= wholeMs ? undefined : within((fromMs + toMs - span) / 2, span, wholeMs);
}

function within(fromMs: number, spanMs: number, wholeMs: number): TimeWindow {
  const from = Math.max(0, Math.min(fromMs, wholeMs - spanMs));
  return { fromMs: from, toMs: from + spanMs };
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const tickSteps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * secondMs),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hourMs),
  ...[1, 2, 7, 14, 30, 90, 180, 365, 730, 1825].map((days) => days * dayMs),
];

export interface Tick {
  readonly atMs: number;
  /** Since the start of the run: `0`, `250 ms`, `1.5 s`, `2 m 30 s`, `1 d 6 h`. */
  readonly label: string;
}

/** Round moments of what is shown, at most `most` of them. */
export function ticksOf(shown: TimeWindow, most: number): readonly Tick[] {
  const span = shown.toMs - shown.fromMs;
  const step = tickSteps.find((each) => span / each <= Math.max(1, most)) ?? tickSteps.at(-1)!;
  const ticks: Tick[] = [];
  for (let atMs = Math.ceil(shown.fromMs / step) * step; atMs <= shown.toMs; atMs += step)
    ticks.push({ atMs, label: offsetText(atMs) });
  return ticks;
}

/** How long after the start, exactly. */
export function offsetText(offsetMs: number): string {
  if (offsetMs === 0) return "0";
  if (offsetMs < secondMs) return `${offsetMs} ms`;
  const parts = [
    [Math.floor(offsetMs / dayMs), "d"],
    [Math.floor((offsetMs % dayMs) / hourMs), "h"],
    [Math.floor((offsetMs % hourMs) / minuteMs), "m"],
    [(offsetMs % minuteMs) / secondMs, "s"],
  ] as const;
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}
