import { createHash } from "node:crypto";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

/** Stores bytes under their SHA-256 in lower-case hexadecimal, which it returns. Doing so again only notes, by the day, that they are in use. */
export async function putBlob(db: TenantDb, bytes: Uint8Array): Promise<string> {
  const hash = createHash("sha256").update(bytes).digest("hex");
  await prepared`insert into blobs (tenant_id, hash, bytes) values (${db.tenantId}, ${hash}, ${Buffer.from(bytes)})
    on conflict (tenant_id, hash) do update set used_at = now() where blobs.used_at < now() - interval '1 day'`.execute(
    db.unread,
  );
  return hash;
}

/** The tenant's bytes with this SHA-256. */
export async function getBlob(db: TenantDb, hash: string): Promise<Uint8Array | undefined> {
  return (await getBlobs(db, [hash])).get(hash);
}

/** Those of `hashes` that exist. */
export async function getBlobs(db: TenantDb, hashes: readonly string[]): Promise<Map<string, Uint8Array>> {
  if (hashes.length === 0) return new Map();
  const { rows } = await prepared<{
    hash: string;
    bytes: Buffer;
  }>`select hash, bytes from blobs where hash = any(${hashes})`.execute(db);
  return new Map(rows.map((row) => [row.hash, row.bytes]));
}
