/**
 * What has come in and was not yet fed to the interpreter. The loop sleeps on it.
 *
 * In place of the SDK's `condition`, which is asked from outside the sandbox: that is one call more into it per activation, for each of
 * which Node starts a watchdog thread (0.3 ms), and three promises more, of 40 µs each.
 */
export class Fifo<T> {
  readonly #items: T[] = [];
  #wake: ((when: PromiseLike<void>) => void) | undefined;

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
    this.wake();
  }

  shift(): T | undefined {
    return this.#items.shift();
  }

  has(wanted: (item: T) => boolean): boolean {
    return this.#items.some(wanted);
  }

  /** The first item that is wanted; those before it keep their places. */
  take<Wanted extends T>(wanted: (item: T) => item is Wanted): Wanted | undefined {
    const at = this.#items.findIndex(wanted);
    return at < 0 ? undefined : (this.#items.splice(at, 1)[0] as Wanted);
  }

  /** Before all others, in this order. Nobody is woken: it is the loop that does it. */
  unshift(items: readonly T[]): void {
    this.#items.unshift(...items);
  }

  /** Wakes the loop though nothing came in. */
  wake(): void {
    this.#wake?.(behind(turnsToCome));
    this.#wake = undefined;
  }

  /** Until the next `push` or `wake`, and all else that the same activation brings. */
  sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** More than lie between a completion and its `push`: results of activities, timers and local activities take different ways. */
const turnsToCome = 20;

/** Resolves what it is given to so many turns of the queue of microtasks later, and makes no promise for it. */
function behind(turns: number): PromiseLike<void> {
  const then = (resolve: (when?: PromiseLike<void>) => void): void =>
    resolve(turns === 0 ? undefined : behind(turns - 1));
  return { then } as unknown as PromiseLike<void>;
}
