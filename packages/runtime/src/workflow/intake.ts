import type { RunState } from "@mainspring/core";
import { Fifo } from "./fifo.ts";
import { LocalLane } from "./local-lane.ts";
import type { Incoming } from "./port.ts";

/** What one activity brought. */
export interface Together {
  readonly together: readonly Incoming[];
}
/** A local activity has come back. */
type TakeOver = () => void;

/**
 * All that comes in, in the order in which it is fed, and the lane of local activities.
 *
 * While a local activity is under way nothing else is fed: what comes in one activation, and at what time, is another on replay, where the local
 * activity has come back already.
 */
export class Intake {
  readonly #state: () => RunState;
  readonly #fifo = new Fifo<Incoming | Together | TakeOver>();
  readonly #lane = new LocalLane();
  /** What a local activity that is being taken over brings. */
  #brought: Incoming[] | undefined;
  /** Events that came while a wait was being opened. */
  readonly #aside: Extract<Incoming, { kind: "eventArrived" }>[] = [];
  #inFlight = 0;

  constructor(state: () => RunState) {
    this.#state = state;
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

  push(event: Incoming): void {
    if (this.#brought === undefined) this.#fifo.push(event);
    else this.#brought.push(event);
  }

  pushTogether(together: readonly Incoming[]): void {
    this.#fifo.push({ together });
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
          a.event.receivedAt < b.event.receivedAt ? -1 : a.event.receivedAt > b.event.receivedAt ? 1 : 0,
        );
        return this.#aside.shift();
      }
      const next = this.#fifo.shift();
      if (typeof next === "function") this.#takeOver(next);
      else if (next === undefined || "together" in next || next.kind !== "eventArrived" || !opening) return next;
      else this.#aside.push(next);
    }
  }

  /** See `ShellPort.locally`. */
  locally<T>(call: () => Promise<T>, durably: () => Promise<T>, taken: (result: T) => void): void {
    this.#inFlight++;
    const ended = (result: T): void =>
      this.#fifo.push(() => {
        this.#inFlight--;
        taken(result);
      });
    this.#lane.begin(() => {
      void call().then(
        (result) =>
          this.#fifo.push(() => {
            this.#lane.next();
            this.#inFlight--;
            taken(result);
          }),
        () =>
          this.#fifo.push(() => {
            this.#lane.next();
            void durably().then(ended);
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
  #takeOver(item: TakeOver): void {
    this.#brought = [];
    item();
    this.#fifo.unshift(this.#brought);
    this.#brought = undefined;
  }

  #isOpening(): boolean {
    return this.#state().open.some(({ command, opened }) => command.kind === "openWait" && opened !== true);
  }
}

function isTakeOver(item: Incoming | Together | TakeOver): item is TakeOver {
  return typeof item === "function";
}
