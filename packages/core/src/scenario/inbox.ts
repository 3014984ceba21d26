import { eventMatchesFilters } from "../interpreter/filters.ts";
import type { CommandOf, InboundEvent } from "../interpreter/transition.ts";

/** Events are found by waits of a run from so long before its creation on. */
const beforeCreationMs = 60_000;

interface Accepted {
  readonly event: InboundEvent;
  readonly acceptedMs: number;
}

/** The events of a scenario that have been accepted, as the mailbox of the product keeps them. */
export class VirtualInbox {
  readonly #accepted: Accepted[] = [];
  /** By event id: the run that took it. */
  readonly #takenBy = new Map<string, string>();

  /** @returns false for an event that has come before */
  accept(event: InboundEvent, acceptedMs: number): boolean {
    if (this.#accepted.some((one) => one.event.id === event.id)) return false;
    this.#accepted.push({ event, acceptedMs });
    return true;
  }

  taken(eventId: string, runId: string): void {
    this.#takenBy.set(eventId, runId);
  }

  /** What had come for a wait before it was opened: none, or the oldest that it takes. */
  early(
    wait: CommandOf<"openWait">,
    run: { readonly id: string; readonly createdMs: number },
    nowMs: number,
  ): InboundEvent[] {
    const { lookbackMs } = wait;
    const sinceMs = lookbackMs === undefined ? run.createdMs - beforeCreationMs : nowMs - lookbackMs;
    for (const { event, acceptedMs } of this.#accepted) {
      if (acceptedMs < sinceMs || lookbackMs === 0) continue;
      const taker = this.#takenBy.get(event.id);
      if (taker !== undefined && (taker === run.id || lookbackMs === undefined)) continue;
      if (event.name !== wait.event || event.correlationKey !== wait.key) continue;
      if (eventMatchesFilters(event, wait.filters)) return [event];
    }
    return [];
  }

  /** Those that no run took. */
  left(): InboundEvent[] {
    return this.#accepted.filter(({ event }) => !this.#takenBy.has(event.id)).map(({ event }) => event);
  }
}
