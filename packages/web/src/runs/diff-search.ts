/** Which runs the address of a comparison names. */
export interface DiffSearch {
  readonly a?: string;
  readonly b?: string;
}

export function readDiffSearch(search: Record<string, unknown>): DiffSearch {
  const [a, b] = [runIdOf(search["a"]), runIdOf(search["b"])];
  return { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) };
}

/** A run's id, as it is written or pasted. */
export function runIdOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : undefined;
}
