import type { Json } from "@mainspring/core";
import { isJsonObject } from "@mainspring/core";
import { getBlobs, putBlob } from "./blobs.ts";
import type { TenantDb } from "./store.ts";

/** A value whose JSON is longer stands in `blobs`, and in its row a reference to it. */
export const inlineValueMaxBytes = 32 * 1024;

// What stands in the row instead. A value of somebody else that happens to have this key goes to `blobs` as well, whatever its
// size, so that reading never mistakes one for the other.
const referenceKey = "$stored";

/** The JSON text to write into a row for a value; undefined counts as null. */
export async function storeValue(db: TenantDb, value: unknown): Promise<string> {
  const text = JSON.stringify(value) ?? "null";
  if (!mustLeaveRow(text, value)) return text;
  const bytes = new TextEncoder().encode(text);
  return referenceText(await putBlob(db, bytes), bytes.length);
}

/** As `storeValue`, but nothing is null in the row. */
export async function storeOptional(db: TenantDb, value: unknown): Promise<string | null> {
  return value === undefined ? null : storeValue(db, value);
}

/** What a row holds when the value already stands in `blobs`, as JSON in UTF-8 under its SHA-256. */
export function referenceText(hash: string, bytes: number): string {
  return JSON.stringify({ [referenceKey]: hash, bytes });
}

/** The value behind what a row holds. @throws Error when its blob is missing: restore the blob */
export async function loadValue(db: TenantDb, held: unknown): Promise<Json> {
  return (await loadValues(db, [held]))[0] as Json;
}

/** For those who only show rows: what stands for a value whose blob is missing, so that one of them does not hide a whole list. */
export const toldMissing = (hash: string): Json => `the stored value ${hash} is missing from blobs`;

/**
 * The values behind what rows hold, in their order, in one statement at most.
 * @param missing what stands for a value whose blob is missing; left out: that is an error
 */
export async function loadValues(
  db: TenantDb,
  held: readonly unknown[],
  missing?: (hash: string) => Json,
): Promise<Json[]> {
  const hashes = new Set<string>();
  for (const value of held) {
    const hash = referenceOf(value);
    if (hash !== undefined) hashes.add(hash);
  }
  if (hashes.size === 0) return held as Json[];
  const blobs = await getBlobs(db, [...hashes]);
  return held.map((value) => {
    const hash = referenceOf(value);
    if (hash === undefined) return value as Json;
    const bytes = blobs.get(hash);
    if (bytes === undefined && missing !== undefined) return missing(hash);
    if (bytes === undefined)
      throw new Error(`The stored value ${hash} of tenant ${db.tenantId} is missing from blobs.`);
    return JSON.parse(new TextDecoder().decode(bytes)) as Json;
  });
}

/** Fills `keys` of rows with the values behind what they hold. */
export async function loadColumns<R extends object, K extends keyof R>(
  db: TenantDb,
  rows: readonly R[],
  keys: readonly K[],
  missing?: (hash: string) => Json,
): Promise<R[]> {
  const held = rows.flatMap((row) => keys.map((key) => row[key]));
  const values = await loadValues(db, held, missing);
  return rows.map((row, i) => {
    const filled = { ...row };
    keys.forEach((key, j) => (filled[key] = values[i * keys.length + j] as R[K]));
    return filled;
  });
}

function mustLeaveRow(text: string, value: unknown): boolean {
  // The length in UTF-16 units is at most that in bytes, and at least a third of it.
  if (text.length > inlineValueMaxBytes) return true;
  if (text.length * 3 > inlineValueMaxBytes && Buffer.byteLength(text) > inlineValueMaxBytes) return true;
  return isJsonObject(value) && Object.hasOwn(value, referenceKey);
}

function referenceOf(held: unknown): string | undefined {
  if (!isJsonObject(held) || !Object.hasOwn(held, referenceKey)) return undefined;
  const hash = held[referenceKey];
  return typeof hash === "string" ? hash : undefined;
}
