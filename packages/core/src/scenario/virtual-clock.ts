import type { Instant, JournalEntry } from "../interpreter/transition.ts";
import { instantFromMs } from "../time/instant.ts";
import type { Moment } from "./scenario.ts";

interface Due {
  readonly atMs: number;
  readonly happen: () => void;
}

interface Watch {
  readonly moment: Extract<Moment, { waits: string }>;
  /** Pointer into the scenario. */
  readonly path: string;
  readonly happen: () => void;
}

/** Virtual time: what is to happen happens in the order of its time, at one time in the order in which it was asked for. */
export class VirtualClock {
  readonly startMs: number;
  #nowMs: number;
  readonly #due: Due[] = [];
  #watches: readonly Watch[] = [];

  constructor(startMs: number) {
    this.startMs = startMs;
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get now(): Instant {
    return instantFromMs(this.#nowMs);
  }

  after(delayMs: number, happen: () => void): void {
    const atMs = this.#nowMs + (delayMs > 0 ? delayMs : 0);
    let i = this.#due.length;
    while (i > 0 && (this.#due[i - 1] as Due).atMs > atMs) i -= 1;
    this.#due.splice(i, 0, { atMs, happen });
  }

  /** @param path where the moment stands in the scenario */
  when(moment: Moment, path: string, happen: () => void): void {
    if ("ms" in moment) this.after(this.startMs + moment.ms - this.#nowMs, happen);
    else this.#watches = [...this.#watches, { moment, path, happen }];
  }

  /** Looks at what a run has written: a step that has begun may be what a moment waits for. */
  notice(entries: readonly JournalEntry[]): void {
    if (this.#watches.length === 0) return;
    for (const entry of entries) {
      if (entry.kind !== "step" || entry.status !== "RUNNING") continue;
      this.#watches = this.#watches.filter(({ moment: { waits, iteration, plusMs }, happen }) => {
        if (waits !== entry.stepId) return true;
        if (iteration !== undefined && iteration.join() !== entry.iteration.join()) return true;
        this.after(plusMs, happen);
        return false;
      });
    }
  }

  /** Lets the next thing happen; false when there is none. */
  step(): boolean {
    const next = this.#due.shift();
    if (next === undefined) return false;
    this.#nowMs = next.atMs;
    next.happen();
    return true;
  }

  /** Moments that have not come. */
  get missed(): readonly Pick<Watch, "moment" | "path">[] {
    return this.#watches;
  }
}
