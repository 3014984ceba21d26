import { ofKind } from "./entries.ts";
import type { PlacedEntry } from "./entries.ts";

/** What a run did with an event. */
export interface VerdictProjection {
  readonly eventId: string;
  readonly verdict: "taken" | "ignored" | "kept";
  readonly reason: string | null;
  readonly waitId: string | null;
  /** Of the entry that says so. */
  readonly seq: number;
}

/**
 * The last word on an event, but once taken it stays taken: a second copy of it that comes later is ignored, which is no new verdict.
 * @param entries ascending by seq; those about other events are passed over
 * @returns undefined while the run has said nothing
 */
export function projectVerdict(entries: readonly PlacedEntry[], eventId: string): VerdictProjection | undefined {
  const told = ofKind(entries, "event").filter(({ entry }) => entry.eventId === eventId);
  const last = told.find(({ entry }) => entry.verdict === "taken") ?? told.at(-1);
  if (last === undefined) return undefined;
  const { entry, seq } = last;
  return {
    eventId,
    verdict: entry.verdict,
    reason: entry.data?.reason ?? null,
    waitId: entry.data?.waitId ?? null,
    seq,
  };
}
