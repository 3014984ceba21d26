import type { ZoneOffset } from "../calendar/business-time.ts";

const { floor, min } = Math;
const dayMs = 86_400_000;
/** No zone changes its clocks twice within so long. */
const stepMs = 3 * dayMs;

/** At `atMs` the clocks go from one offset to another. */
export interface ClockChange {
  /** The first instant after it. */
  readonly atMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** In order, of an open beginning and an inclusive end. */
export function clockChanges(offset: ZoneOffset, afterMs: number, untilMs: number): ClockChange[] {
  const found: ClockChange[] = [];
  let atMs = afterMs;
  let from = offset(atMs);
  while (atMs < untilMs) {
    const nextMs = min(atMs + stepMs, untilMs);
    const to = offset(nextMs);
    if (to !== from) found.push({ atMs: changeBetween(offset, atMs, nextMs), fromMs: from, toMs: to });
    [atMs, from] = [nextMs, to];
  }
  return found;
}

function changeBetween(offset: ZoneOffset, beforeMs: number, afterMs: number): number {
  let [before, after] = [beforeMs, afterMs];
  const old = offset(before);
  while (after - before > 1) {
    const middle = floor((before + after) / 2);
    if (offset(middle) === old) before = middle;
    else after = middle;
  }
  return after;
}

/** The instants at which the clocks of a zone show a local time, first first: none in a gap, two in a repeated hour. */
export function instantsOf(offset: ZoneOffset, localMs: number): number[] {
  const early = offset(localMs - dayMs);
  const late = offset(localMs + dayMs);
  const found = early === late ? [early] : early > late ? [early, late] : [late, early];
  return found.filter((one) => offset(localMs - one) === one).map((one) => localMs - one);
}

/** Whether the clocks have shown the same local time before, the same day. */
export function isRepetition(offset: ZoneOffset, atMs: number): boolean {
  return (instantsOf(offset, atMs + offset(atMs))[0] ?? atMs) < atMs;
}
