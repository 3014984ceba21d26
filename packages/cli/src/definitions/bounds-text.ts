/** Bounds in one sentence: `at most 214 history events, 3 timers, 50 things at once`; what is unbounded is named. */
export function boundsText(bounds: unknown): string {
  if (typeof bounds !== "object" || bounds === null) return "";
  const { historyEvents, timers, fanOut, unbounded } = bounds as Record<string, unknown>;
  const parts = [
    counted(historyEvents, "history event", "history events"),
    counted(timers, "timer", "timers"),
    counted(fanOut, "thing at once", "things at once"),
  ];
  const loops = Array.isArray(unbounded) && unbounded.length > 0 ? `; unbounded: ${unbounded.join(", ")}` : "";
  return `at most ${parts.filter((part) => part !== undefined).join(", ")}${loops}`;
}

/** Null stands for no bound. */
function counted(count: unknown, one: string, many: string): string | undefined {
  if (count === null) return `any number of ${many}`;
  if (typeof count !== "number") return undefined;
  return `${count} ${count === 1 ? one : many}`;
}
