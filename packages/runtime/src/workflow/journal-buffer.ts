import type { JournalEntry } from "@mainspring/core";

/**
 * Entries that the database may not have yet. Each call in flight owns a range of them; a range is dropped when its call is known to
 * have written it, and is unsent again when the call fails: a high-water mark would lose entries with parallel calls.
 */
export class JournalBuffer {
  #unsent: JournalEntry[] = [];
  readonly #ranges = new Map<string, readonly JournalEntry[]>();

  get unsentCount(): number {
    return this.#unsent.length;
  }

  /** Nothing unsent and nothing in flight. */
  get empty(): boolean {
    return this.#unsent.length === 0 && this.#ranges.size === 0;
  }

  append(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#unsent.push(entry);
  }

  /** Hands all unsent entries to `owner`. */
  take(owner: string): readonly JournalEntry[] {
    const range = this.#unsent;
    this.#unsent = [];
    if (range.length > 0) this.#ranges.set(owner, range);
    return range;
  }

  acknowledge(owner: string): void {
    this.#ranges.delete(owner);
  }

  release(owner: string): void {
    const range = this.#ranges.get(owner);
    if (range === undefined) return;
    this.#ranges.delete(owner);
    this.#unsent = [...range, ...this.#unsent].sort((a, b) => a.seq - b.seq);
  }
}
