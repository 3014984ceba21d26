/** Local activities of a run, one after the other. */
export class LocalLane {
  readonly #waiting: (() => void)[] = [];
  #busy = false;

  /** Nothing is under way, and nothing waits. */
  get free(): boolean {
    return !this.#busy;
  }

  /** Calls `start` now, or when those before it have come back. */
  begin(start: () => void): void {
    if (this.#busy) {
      this.#waiting.push(start);
      return;
    }
    this.#busy = true;
    start();
  }

  /** The one under way has come back. */
  next(): void {
    const start = this.#waiting.shift();
    this.#busy = start !== undefined;
    start?.();
  }
}
