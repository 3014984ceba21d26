/** Does `work` for each item, at most `width` at once. Rejects with the first failure, once what had begun is over. */
export async function sideBySide<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: width }, lane));
  for (const result of ended) if (result.status === "rejected") throw result.reason;
}
