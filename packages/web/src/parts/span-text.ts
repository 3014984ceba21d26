const secondMs = 1_000;

/** The units that a span is typed in, the largest last. */
export const spanUnits = [
  { unit: "seconds", ms: secondMs },
  { unit: "minutes", ms: 60 * secondMs },
  { unit: "hours", ms: 3_600 * secondMs },
  { unit: "days", ms: 86_400 * secondMs },
] as const;
export type SpanUnit = (typeof spanUnits)[number]["unit"];

/** A span as it is typed. */
export interface SpanDraft {
  readonly amount: string;
  readonly unit: SpanUnit;
}

/** In the largest unit that leaves a whole number; nothing is in minutes. */
export function spanDraftOf(ms: number): SpanDraft {
  if (ms === 0) return { amount: "0", unit: "minutes" };
  const found = spanUnits.findLast((each) => ms % each.ms === 0) ?? spanUnits[0];
  return { amount: String(ms / found.ms), unit: found.unit };
}

/** Whole milliseconds; undefined: what was typed is no amount. */
export function spanMsOf({ amount, unit }: SpanDraft): number | undefined {
  const text = amount.trim().replace(",", ".");
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  return Math.round(Number(text) * (spanUnits.find((each) => each.unit === unit)?.ms ?? secondMs));
}

/** A span in words: `15 minutes`, `1 hour`. */
export function spanWords(ms: number): string {
  const { amount, unit } = spanDraftOf(ms);
  return `${amount} ${amount === "1" ? unit.slice(0, -1) : unit}`;
}
