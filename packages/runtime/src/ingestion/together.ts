/**
 * Writes what is handed in while a write is under way in one go with what comes next: under load few large writes, and none waits for others when
 * there are none.
 * @returns hands one in; resolves or rejects with the write that it went with
 */
export function together<T>(write: (items: readonly T[]) => Promise<void>): (item: T) => Promise<void> {
  let waiting: { readonly item: T; readonly done: () => void; readonly failed: (error: unknown) => void }[] = [];
  let isWriting = false;
  const writeAll = async (): Promise<void> => {
    isWriting = true;
    while (waiting.length > 0) {
      const all = waiting;
      waiting = [];
      try {
        await write(all.map(({ item }) => item));
        for (const { done } of all) done();
      } catch (error) {
        for (const { failed } of all) failed(error);
      }
    }
    isWriting = false;
  };
  return (item) =>
    new Promise((done, failed) => {
      waiting.push({ item, done, failed });
      // What else ends in the same turn goes with it.
      if (!isWriting) {
        isWriting = true;
        setImmediate(() => void writeAll());
      }
    });
}
