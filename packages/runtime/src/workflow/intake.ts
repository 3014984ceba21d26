import type { RunState } from "@mainspring/core";
import type { Moment, Timed, WorkflowClock } from "./clock.ts";
import { Fifo } from "./fifo.ts";
import { LocalLane } from "./local-lane.ts";
import type { Incoming } from "./port.ts";

/** What one activity brought. */
export interface Together {
  readonly together: readonly Incoming[];
}
/** A local activity has come back. */
type TakeOver = () => void;

interface Item<What> {
  readonly what: What;
  /** Of what came from outside. */
  readonly moment?: Moment;
}

/**
 * All that comes in, in the order in which it is fed, and the lane of local activities.
 *
 * While a local activity is under way nothing else is fed: what comes in one activation, and at what time, is another on replay, where the local
 * activity has come back already.
 */
export class Intake {
  readonly #state: () => RunState;
  readonly #clock: WorkflowClock;
  readonly #fifo = new Fifo<Item<Incoming | Together | TakeOver>>();
  readonly #lane = new LocalLane();
  /** What a local activity that is being taken over brings. */
  #brought: Item<Incoming>[] | undefined;
  /** Events that came while a wait was being opened. */
  readonly #aside: Item<Extract<Incoming, { kind: "eventArrived" }>>[] = [];
  #inFlight = 0;

  constructor(state: () => RunState, clock: WorkflowClock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** Calls, timers, local activities: whatever is to come back. */
  get inFlight(): number {
    return this.#inFlight;
  }

  begin(): void {
    this.#inFlight++;
  }

  end(): void {
    this.#inFlight--;
  }

  /** No local activity is under way, nor waits. */
  get laneFree(): boolean {
    return this.#lane.free;
  }

  /** Nothing came in that was not fed. */
  get empty(): boolean {
    return this.#fifo.length === 0 && this.#aside.length === 0;
  }

  /** How much came in since, but for what is put aside. */
  get length(): number {
    return this.#fifo.length;
  }

  /** What follows from what was fed, or from a local activity. */
  push(event: Incoming): void {
    if (this.#brought === undefined) this.#fifo.push({ what: event });
    else this.#brought.push({ what: event });
  }

  /** What Temporal brings. */
  arrive(what: Incoming | Together | TakeOver): void {
    this.#fifo.push({ what, moment: this.#clock.moment() });
  }

  wake(): void {
    this.#fifo.wake();
  }

  sleep(): Promise<void> {
    return this.#fifo.sleep();
  }

  get hasNext(): boolean {
    if (!this.#lane.free) return this.#fifo.has(isTakeOver);
    return this.#fifo.length > 0 || (this.#aside.length > 0 && !this.#isOpening());
  }

  /**
   * What is fed next. While a wait is being opened, events are put aside: what the inbox has for it came before them, and the oldest is to be
   * taken first.
   */
  next(): Incoming | Together | undefined {
    for (;;) {
      if (!this.#lane.free) {
        const item = this.#fifo.take(isTakeOver);
        if (item === undefined) return undefined;
        this.#takeOver(item);
        continue;
      }
      const opening = this.#isOpening();
      if (!opening && this.#aside.length > 0) {
        this.#aside.sort((a, b) =>
          a.what.event.receivedAt < b.what.event.receivedAt
            ? -1
            : a.what.event.receivedAt > b.what.event.receivedAt
              ? 1
              : 0,
        );
        return this.#fed(this.#aside.shift());
      }
      const next = this.#fifo.shift();
      if (next === undefined) return undefined;
      const { what } = next;
      if (typeof what === "function") this.#takeOver({ ...next, what });
      else if ("together" in what || what.kind !== "eventArrived" || !opening) return this.#fed({ ...next, what });
      else this.#aside.push({ ...next, what });
    }
  }

  /** See `ShellPort.locally`. */
  locally<T>(
    call: () => Promise<T | Timed<T>>,
    durably: () => Promise<T | Timed<T>>,
    taken: (result: T) => void,
  ): void {
    this.#inFlight++;
    const ended = (result: T | Timed<T>): void => {
      this.#inFlight--;
      taken(this.#clock.valueOf(result));
    };
    this.#lane.begin(() => {
      void call().then(
        (result) =>
          this.#fifo.push({
            what: () => {
              this.#lane.next();
              ended(result);
            },
          }),
        () =>
          this.#fifo.push({
            what: () => {
              this.#lane.next();
              void durably().then((result) => this.arrive(() => ended(result)));
            },
          }),
      );
    });
  }

  /** Takes over what local activities bring, and feeds nothing, until `done`. */
  async takingOver(done: () => boolean): Promise<void> {
    while (!done()) {
      const item = this.#fifo.take(isTakeOver);
      if (item === undefined) await this.#fifo.sleep();
      else this.#takeOver(item);
    }
  }

  /** What it brings is fed before all that came in later. */
  #takeOver({ what, moment }: Item<TakeOver>): void {
    this.#brought = [];
    if (moment !== undefined) this.#clock.came(moment);
    what();
    this.#fifo.unshift(this.#brought);
    this.#brought = undefined;
  }

  #fed<What>(item: Item<What> | undefined): What | undefined {
    if (item?.moment !== undefined) this.#clock.came(item.moment);
    return item?.what;
  }

  #isOpening(): boolean {
    return this.#state().open.some(({ command, opened }) => command.kind === "openWait" && opened !== true);
  }
}

function isTakeOver(item: Item<Incoming | Together | TakeOver>): item is Item<TakeOver> {
  return typeof item.what === "function";
}
