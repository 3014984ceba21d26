/** Waits for a condition with a deadline. @throws Error that says what was awaited and what was last seen */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  options: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + (options.withinMs ?? 30_000);
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline)
      throw new Error(
        `Not within ${options.withinMs ?? 30_000} ms: ${what}${last === undefined ? "" : ` (last: ${String(last)})`}`,
      );
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 25));
  }
}
