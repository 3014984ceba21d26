import type { WaitType } from "@mainspring/core";
import { ofKind } from "./entries.ts";
import type { EndedOutside, PlacedEntry } from "./entries.ts";

/** The row of one wait. `payload` is the value itself; it may have to leave the row. */
export interface WaitProjection {
  readonly waitId: string;
  readonly execution: number;
  readonly stepId: string;
  readonly stepPath: string;
  readonly iteration: readonly number[];
  readonly waitType: WaitType;
  readonly eventName: string | null;
  readonly key: string | null;
  readonly filtersJson: string | null;
  readonly lookbackMs: number | null;
  readonly timeoutAt: string | null;
  readonly status: "WAITING" | "RESOLVED" | "CANCELED";
  readonly payload: unknown;
  readonly openedAt: string;
  readonly resolvedAt: string | null;
  readonly resolvedBy: string | null;
  readonly eventId: string | null;
}

/**
 * The row of a wait as its entries tell it.
 * @param entries about one step execution, ascending by seq; those of other waits and kinds are passed over
 * @returns undefined when none is about the wait
 */
export function projectWait(
  entries: readonly PlacedEntry[],
  waitId: string,
  endedOutside?: EndedOutside,
): WaitProjection | undefined {
  const told = ofKind(entries, "wait").filter(({ entry }) => entry.waitId === waitId);
  const first = told[0];
  const last = told.at(-1);
  if (first === undefined || last === undefined) return undefined;

  const data = Object.assign({}, ...told.map(({ entry }) => entry.data));
  const { entry } = last;
  const open = entry.status === "WAITING";
  const closed = open && endedOutside !== undefined;
  return {
    waitId,
    execution: entry.execution,
    stepId: entry.stepId,
    stepPath: entry.stepPath,
    iteration: entry.iteration,
    waitType: entry.waitType,
    eventName: data.event ?? null,
    key: data.key ?? null,
    filtersJson: data.filters === undefined ? null : JSON.stringify(data.filters),
    lookbackMs: data.lookbackMs ?? null,
    timeoutAt: data.timeoutAt ?? null,
    status: closed ? "CANCELED" : entry.status,
    payload: data.payload,
    openedAt: first.entry.at,
    resolvedAt: closed ? endedOutside.at : open ? null : entry.at,
    resolvedBy: closed ? "end" : (data.resolvedBy ?? null),
    eventId: data.eventId ?? null,
  };
}
