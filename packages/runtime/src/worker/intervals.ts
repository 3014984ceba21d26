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
 * Runs a module's rounds one after the other. After each it waits `everyMs`, unless the round says that there is more to do or `wake` is
 * called. A round that fails is logged, and the next one tries again.
 * @param name of the module, for the log
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

/** Wakes one of several intervals that do the same work; when all of them are busy, each does one more round. */
export function wakeOneOf(intervals: readonly Interval[]): void {
  const idle = intervals.find((interval) => interval.idle());
  if (idle === undefined) for (const interval of intervals) interval.wake();
  else idle.wake();
}

/** The state of several intervals that do the same work, as one: `failing` if any is. */
export function worstOf(states: readonly IntervalState[]): IntervalState {
  if (states.includes("failing")) return "failing";
  return states.includes("starting") ? "starting" : "ok";
}
