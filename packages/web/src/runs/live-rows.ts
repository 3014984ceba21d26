/** Rows as they are shown: `gone` ones were shown before and are no longer among what was asked for. */
export interface LiveRows<Row> {
  readonly rows: readonly (Row & { readonly gone?: true })[];
  /** New rows that would push the shown ones down, and are held back until they are asked for. */
  readonly held: number;
}

/**
 * Brings fresh rows (newest first) under what is shown, so that nothing moves under the reader's eyes: known rows
 * are updated where they stand, older ones are added below, newer ones are held back. With `follow` the list simply
 * becomes the fresh one, as when the reader is at the top and points at nothing.
 */
export function liveRows<Row extends { readonly id: string }>(
  shown: readonly Row[],
  fresh: readonly Row[],
  mode: "follow" | "hold",
): LiveRows<Row> {
  const [first] = shown;
  if (mode === "follow" || first === undefined) return { rows: fresh, held: 0 };
  const byId = new Map(fresh.map((row) => [row.id, row]));
  const known = new Set(shown.map((row) => row.id));
  const lastKnownAt = fresh.findLastIndex((row) => known.has(row.id));
  const rows = shown.map((row) => byId.get(row.id) ?? { ...row, gone: true as const });
  const held = fresh.slice(0, Math.max(0, lastKnownAt)).filter((row) => !known.has(row.id)).length;
  return lastKnownAt < 0 ? { rows, held: fresh.length } : { rows: [...rows, ...fresh.slice(lastKnownAt + 1)], held };
}
