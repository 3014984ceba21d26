import { createHash, randomBytes } from "node:crypto";
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

/** @returns `key`, which can be shown this once: only its hash is kept */
export async function createApiKey(
  db: TenantDb,
  apiKey: { readonly name: string; readonly role: Role; readonly groups?: readonly string[] | undefined },
): Promise<{ id: string; key: string }> {
  const id = newId();
  const key = `ms_${db.tenantId}_${randomBytes(secretBytes).toString("base64url")}`;
  await sql`insert into api_keys (tenant_id, id, name, role, key_hash, groups)
    values (${db.tenantId}, ${id}, ${apiKey.name}, ${apiKey.role}, ${hashOf(key)}, ${[...new Set(apiKey.groups)]})`.execute(
    db,
  );
  return { id, key };
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
