import { canonicalHash, isJsonObject, MainspringError } from "@mainspring/core";
import type { Json } from "@mainspring/core";
import { isUuid } from "./store.ts";
import type { PlatformDb, TenantDb } from "./store.ts";

export interface PageRequest {
  /** Opaque, from the page before of the same list, filter and tenant. */
  readonly cursor?: string | undefined;
  /** 1 to 200; 50 when left out. */
  readonly limit?: number | undefined;
}

export interface Page<T> {
  readonly items: T[];
  /** null on the last page. */
  readonly nextCursor: string | null;
}

/** The sort key of a row: what the next page begins behind. */
export type PageKey = readonly (string | number)[];
/** `microseconds`: since 1970, as digits; a Date has only milliseconds. */
export type KeyKind = "integer" | "microseconds" | "uuid" | "text";

const limitDefault = 50;
export const pageLimitMax = 200;

/**
 * One page of a list that is ordered by a unique key.
 * @param read gives at most `limit` rows behind the key `after`, in the list's order
 * @throws MainspringError CURSOR_MISMATCH when the cursor is of another list, filter or tenant, or none of ours
 */
export async function readPage<T>(
  page: {
    readonly db: TenantDb | PlatformDb;
    readonly list: string;
    readonly filter: unknown;
    readonly request: PageRequest;
    readonly key: readonly KeyKind[];
    readonly keyOf: (row: T) => PageKey;
  },
  read: (after: PageKey | undefined, limit: number) => Promise<T[]>,
): Promise<Page<T>> {
  const { db, request, keyOf } = page;
  const scope = canonicalHash([db.tenantId ?? null, page.list, page.filter]).slice(0, 32);
  const limit = Math.min(Math.max(Math.trunc(request.limit ?? limitDefault), 1), pageLimitMax);
  const after = request.cursor === undefined ? undefined : keyIn(request.cursor, scope, page.key);
  const rows = await read(after, limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(keyOf(last), scope) : null };
}

function cursorOf(key: PageKey, scope: string): string {
  return Buffer.from(JSON.stringify({ s: scope, k: key })).toString("base64url");
}

function keyIn(cursor: string, scope: string, kinds: readonly KeyKind[]): PageKey {
  let held: Json;
  try {
    held = JSON.parse(Buffer.from(cursor, "base64url").toString()) as Json;
  } catch {
    throw new MainspringError("CURSOR_MISMATCH");
  }
  if (!isJsonObject(held) || held["s"] !== scope) throw new MainspringError("CURSOR_MISMATCH");
  const key = held["k"];
  if (!Array.isArray(key) || key.length !== kinds.length || !kinds.every((kind, i) => isOfKind(kind, key[i]))) {
    throw new MainspringError("CURSOR_MISMATCH");
  }
  return key as PageKey;
}

function isOfKind(kind: KeyKind, value: unknown): boolean {
  switch (kind) {
    case "integer":
      return Number.isSafeInteger(value);
    case "microseconds":
      return typeof value === "string" && /^\d{1,18}$/.test(value);
    case "uuid":
      return typeof value === "string" && isUuid(value);
    case "text":
      return typeof value === "string" && !value.includes("\0");
    default:
      return kind satisfies never;
  }
}

/** A row without the sort time that it was read with. */
export function withoutMicros<R extends { micros?: string }>(row: R): Omit<R, "micros"> {
  const rest: Omit<R, "micros"> & { micros?: string } = { ...row };
  delete rest.micros;
  return rest;
}
