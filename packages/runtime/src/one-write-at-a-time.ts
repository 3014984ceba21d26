/**
 * Gathers what is to be written while a write is under way, and writes it in the next one: what ends at the same time costs one
 * transaction, a lone item waits for nobody.
 * @returns writes an item; resolves when it is written, rejects when the write that it was in has failed
 */
export function oneWriteAtATime<T>(write: (items: readonly T[]) => Promise<void>): (item: T) => Promise<void> {
  let waiting: T[] = [];
  let next: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();
  const round = async (): Promise<void> => {
    await last;
    // What else ends in this turn of the event loop goes along.
    await new Promise((resolve) => setImmediate(resolve));
    const items = waiting;
    waiting = [];
    next = undefined;
    const written = write(items);
    last = written.catch(() => undefined);
    await written;
  };
  return (item) => {
    waiting.push(item);
    next ??= round();
    return next;
  };
}
