import type { Log } from "../activities/dependencies.ts";

/** `starting`: no round has ended yet. `failing`: the last one failed. */
export type IntervalState = "starting" | "ok" | "failing";

export interface Interval {
  state(): IntervalState;
  /** Waits for its next round, and nobody has asked for one. */
  idle(): boolean;
  /** Asks for a round at once, as after a notification. */
  wake(): void;
  /** No further round; resolves when the one under way is over. */
  stop(): Promise<void>;
}

/**
 * Rounds of a module, one at a time: after each the next waits `everyMs`, or comes at once when the round says that there is more.
 * A failed round is logged, and the next tries again.
 */
export function startInterval(
  name: string,
  everyMs: number,
  log: Log,
  round: () => Promise<{ readonly more: boolean }>,
): Interval {
  let stopped = false;
  let state: IntervalState = "starting";
  let woken = false;
  let wakeUp: (() => void) | undefined;
  const running = (async () => {
    while (!stopped) {
      woken = false;
      let more = false;
      try {
        ({ more } = await round());
        state = "ok";
      } catch (error) {
        state = "failing";
        log.warn({ module: name, error: String(error) }, "A round failed; the next one tries again");
      }
      if (stopped || more || woken) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wakeUp = undefined;
    }
  })();
  const wake = (): void => {
    woken = true;
    wakeUp?.();
  };
  return {
    state: () => state,
    idle: () => wakeUp !== undefined && !woken,
    wake,
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}

/** Of several that do the same one goes to work; where all are at it each looks once more. */
export function wakeOneOf(intervals: readonly Interval[]): void {
  const idle = intervals.find((interval) => interval.idle());
  if (idle === undefined) for (const interval of intervals) interval.wake();
  else idle.wake();
}

/** Of several that do the same. */
export function worstOf(states: readonly IntervalState[]): IntervalState {
  if (states.includes("failing")) return "failing";
  return states.includes("starting") ? "starting" : "ok";
}
