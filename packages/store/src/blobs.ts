import { createHash } from "node:crypto";
import { sql } from "kysely";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";
import { tenantTables, withoutTimeLimit } from "./tenant-rows.ts";

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

/** Removed in one sweep at most. */
const sweptMax = 1_000;

/**
 * Removes blobs that nothing refers to any more: no row, and no history either. A history refers to what was stored while its run was
 * under way, so what was last stored before the oldest run that Temporal still has can be in none (docs/decisions/0102-sweeping-blobs.md).
 * @param options.historiesKeptMs how long Temporal keeps the history of an ended run
 * @returns how many were removed, and whether there may be more
 */
export async function sweepBlobs(
  db: TenantDb,
  options: { readonly historiesKeptMs: number },
): Promise<{ readonly removed: number; readonly more: boolean }> {
  await withoutTimeLimit(db);
  const kept = sql`${options.historiesKeptMs}::double precision * interval '1 millisecond'`;
  // `used_at` may lag behind the use by a day.
  const { rows: candidates } = await sql<{ hash: string; before: Date }>`
    with cutoff as (select least(now() - ${kept}, (select min(created_at) from workflow_runs
      where engine = 'temporal' and (confirmed_at is null or confirmed_at > now() - ${kept}))) - interval '1 day' as before)
    select b.hash, cutoff.before from blobs b, cutoff where b.used_at < cutoff.before order by b.used_at limit ${sweptMax}`.execute(
    db,
  );
  const before = candidates[0]?.before;
  if (before === undefined) return { removed: 0, more: false };
  const referred = await referredTo(
    db,
    candidates.map(({ hash }) => hash),
  );
  const unreferred = candidates.map(({ hash }) => hash).filter((hash) => !referred.has(hash));
  // Stored again meanwhile, a blob is in use again.
  const { rows } = await sql`delete from blobs where hash = any(${unreferred}::text[]) and used_at < ${before}
    returning true as gone`.execute(db);
  // Those that are in use need not be looked for again soon.
  await sql`update blobs set used_at = now() where hash = any(${[...referred]}::text[])`.execute(db);
  return { removed: rows.length, more: candidates.length === sweptMax };
}

/** Those of the hashes that stand in a row of the tenant, in whatever table and column. */
async function referredTo(db: TenantDb, hashes: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const { name, columns } of await tenantTables(db)) {
    if (name === "blobs" || name === "audit_log") continue;
    const texts = columns.filter(({ type }) => ["json", "jsonb", "text"].includes(type)).map((column) => column.name);
    if (texts.length === 0) continue;
    const { rows } = await sql<{ hash: string }>`select distinct m[1] as hash
      from ${sql.table(name)} t, lateral regexp_matches(concat_ws(' ', ${sql.join(texts.map((text) => sql`t.${sql.ref(text)}::text`))}), '[0-9a-f]{64}', 'g') m
      where t.tenant_id = ${db.tenantId} and m[1] = any(${hashes}::text[])`.execute(db);
    for (const { hash } of rows) found.add(hash);
  }
  return found;
}
