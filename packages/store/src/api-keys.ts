import { createHash, createHmac, randomBytes } from "node:crypto";
import { MainspringError } from "@mainspring/core";
import { sql } from "kysely";
import { newId } from "./ids.ts";
import { instant, instantOrNull } from "./instants.ts";
import { isUuid } from "./store.ts";
import type { TenantDb } from "./store.ts";

export type Role = "viewer" | "operator" | "author" | "admin";

export interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Tasks that are assigned to one of them are the key's too. */
  readonly groups: readonly string[];
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

const secretBytes = 32;
/** So long the request that made a key is answered with it again. */
const shownAgainMinutes = 15;

/** The `Idempotency-Key` of a request, and a hash of what it asks for, and who asks. */
export interface AskedAs {
  readonly key: string;
  readonly hash: string;
}

/**
 * @param apiKey.request left out: each call makes a key
 * @returns `key`, of which only the hash is kept. `isNew`: not when the same request made it before
 * @throws MainspringError IDEMPOTENCY_CONFLICT, API_KEY_SHOWN
 */
export async function createApiKey(
  db: TenantDb,
  apiKey: {
    readonly name: string;
    readonly role: Role;
    readonly groups?: readonly string[] | undefined;
    readonly request?: AskedAs | undefined;
  },
): Promise<{ readonly id: string; readonly key: string; readonly isNew: boolean }> {
  const { name, role, groups, request } = apiKey;
  const id = newId();
  // Derived, not drawn, where it may have to be told again: then nothing that opens anything needs to be stored for it.
  const sealedBy = request === undefined ? undefined : await db.keys.newest(db);
  const secret = sealedBy === undefined ? randomBytes(secretBytes) : derived(sealedBy.key, db.tenantId, id);
  const key = keyOf(db.tenantId, secret);
  const { rows } =
    await sql`insert into api_keys (tenant_id, id, name, role, key_hash, groups, request_key, request_hash, derived_from)
    values (${db.tenantId}, ${id}, ${name}, ${role}, ${hashOf(key)}, ${[...new Set(groups)]}, ${request?.key ?? null}, ${request?.hash ?? null},
      ${sealedBy?.version ?? null})
    on conflict (tenant_id, request_key) where request_key is not null do nothing returning id`.execute(db);
  if (rows.length > 0 || request === undefined) return { id, key, isNew: true };
  return { ...(await madeBefore(db, request)), isNew: false };
}

async function madeBefore(db: TenantDb, request: AskedAs): Promise<{ readonly id: string; readonly key: string }> {
  const { rows } = await sql<{ id: string; hash: string; derivedFrom: number; isShown: boolean }>`
    select id, request_hash as hash, derived_from as "derivedFrom",
      revoked_at is null and created_at > now() - ${shownAgainMinutes}::int * interval '1 minute' as "isShown"
    from api_keys where request_key = ${request.key}`.execute(db);
  const [made] = rows;
  if (made === undefined) throw new Error("An API key vanished while it was asked for again.");
  if (made.hash !== request.hash) throw new MainspringError("IDEMPOTENCY_CONFLICT");
  if (!made.isShown) throw new MainspringError("API_KEY_SHOWN", { id: made.id });
  const { key } = await db.keys.version(db, made.derivedFrom);
  return { id: made.id, key: keyOf(db.tenantId, derived(key, db.tenantId, made.id)) };
}

function derived(tenantKey: Uint8Array, tenantId: string, id: string): Buffer {
  return createHmac("sha256", tenantKey)
    .update(JSON.stringify(["mainspring/api-key", tenantId, id]))
    .digest();
}

function keyOf(tenantId: string, secret: Buffer): string {
  return `ms_${tenantId}_${secret.toString("base64url")}`;
}

/** The tenant that a key names, in clear, so that it can be looked up under that tenant's policy; undefined: no key of ours. */
export function tenantOfApiKey(key: string): string | undefined {
  const tenantId = /^ms_([0-9a-f-]{36})_[A-Za-z0-9_-]{43}$/.exec(key)?.[1];
  return tenantId !== undefined && isUuid(tenantId) ? tenantId : undefined;
}

/** A key that is valid now. @param key the whole of it */
export async function findApiKey(
  db: TenantDb,
  key: string,
): Promise<Pick<ApiKeyRow, "id" | "name" | "role" | "groups"> | undefined> {
  const { rows } = await sql<
    Pick<ApiKeyRow, "id" | "name" | "role" | "groups">
  >`select id, name, role, groups from api_keys
    where key_hash = ${hashOf(key)} and revoked_at is null`.execute(db);
  return rows[0];
}

/** Newest first. */
export async function listApiKeys(db: TenantDb): Promise<ApiKeyRow[]> {
  const { rows } = await sql<Omit<ApiKeyRow, "createdAt" | "revokedAt"> & { createdAt: Date; revokedAt: Date | null }>`
    select id, name, role, groups, created_at as "createdAt", revoked_at as "revokedAt" from api_keys order by created_at desc, id desc`.execute(
    db,
  );
  return rows.map((row) => ({ ...row, createdAt: instant(row.createdAt), revokedAt: instantOrNull(row.revokedAt) }));
}

/** @returns `before`: it was revoked already, and nothing has changed; undefined: there is no such key */
export async function revokeApiKey(db: TenantDb, id: string): Promise<"revoked" | "before" | undefined> {
  if (!isUuid(id)) return undefined;
  const { rows } = await sql`update api_keys set revoked_at = now() where id = ${id} and revoked_at is null
    returning id`.execute(db);
  if (rows.length > 0) return "revoked";
  const { rows: known } = await sql`select from api_keys where id = ${id}`.execute(db);
  return known.length > 0 ? "before" : undefined;
}

// The secret has 256 random bits, so a fast hash is as good as a slow one.
function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
