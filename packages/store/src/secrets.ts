import { sql } from "kysely";
import { instant } from "./instants.ts";
import { readPage } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import { seal, unseal } from "./sealing.ts";
import type { TenantDb } from "./store.ts";
import { resealWebhookSecrets } from "./webhooks.ts";

/** What may be shown of a secret. */
export interface SecretRow {
  readonly name: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly updatedBy: string | null;
}

/** Sets a secret. A value that it had is gone. */
export async function putSecret(
  db: TenantDb,
  secret: { readonly name: string; readonly value: string; readonly by?: string },
): Promise<SecretRow> {
  const { name, value, by } = secret;
  // The version is part of what is sealed, so two that set the secret at a time go one after the other.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`secret:${db.tenantId}:${name}`}, 0))`.execute(db);
  const { rows: found } = await sql<{ version: number }>`select version from secrets where name = ${name}`.execute(db);
  const version = (found[0]?.version ?? 0) + 1;
  const { version: keyVersion, key } = await db.keys.newestToKeep(db);
  const sealed = seal(key, Buffer.from(value, "utf8"), contextOf(db.tenantId, name, version));
  const { rows } = await sql<RawSecret>`
    insert into secrets (tenant_id, name, version, key_version, sealed, updated_by)
    values (${db.tenantId}, ${name}, ${version}, ${keyVersion}, ${sealed}, ${by ?? null})
    on conflict (tenant_id, name) do update set version = excluded.version, key_version = excluded.key_version,
      sealed = excluded.sealed, updated_at = now(), updated_by = excluded.updated_by
    returning ${columns}`.execute(db);
  return shown(rows[0] as RawSecret);
}

/** By name. */
export async function listSecrets(db: TenantDb, request: PageRequest): Promise<Page<SecretRow>> {
  return readPage(
    { db, list: "secrets", filter: {}, request, key: ["text"], keyOf: (row) => [row.name] },
    async (after, limit) => {
      const { rows } = await sql<RawSecret>`select ${columns} from secrets
        where name collate "C" > ${String(after?.[0] ?? "")} order by name collate "C" limit ${limit}`.execute(db);
      return rows.map(shown);
    },
  );
}

/** All names: what a definition may refer to. */
export async function secretNames(db: TenantDb): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from secrets`.execute(db);
  return rows.map(({ name }) => name);
}

/** @returns false when there is no such secret */
export async function deleteSecret(db: TenantDb, name: string): Promise<boolean> {
  const { rows } = await sql`delete from secrets where name = ${name} returning name`.execute(db);
  return rows.length > 0;
}

/** The values of those of `names` that exist: for the one process that performs an action, and nobody else. */
export async function readSecrets(db: TenantDb, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const { rows } = await sql<SealedRow>`select name, version, key_version as "keyVersion", sealed from secrets
    where name = any(${[...names]})`.execute(db);
  const values = new Map<string, string>();
  for (const row of rows) values.set(row.name, await openedValue(db, row));
  return values;
}

/**
 * A new tenant key, under which all secrets, those of webhooks too, are sealed anew. Old keys stay for the histories that they sealed.
 * @returns the key's version
 */
export async function rotateTenantKey(db: TenantDb): Promise<number> {
  const { version: keyVersion, key } = await db.keys.rotate(db);
  const { rows } =
    await sql<SealedRow>`select name, version, key_version as "keyVersion", sealed from secrets for update`.execute(db);
  for (const row of rows) {
    const value = Buffer.from(await openedValue(db, row), "utf8");
    const sealed = seal(key, value, contextOf(db.tenantId, row.name, row.version));
    await sql`update secrets set key_version = ${keyVersion}, sealed = ${sealed} where name = ${row.name}`.execute(db);
  }
  await resealWebhookSecrets(db, { version: keyVersion, key });
  return keyVersion;
}

interface RawSecret extends Omit<SecretRow, "createdAt" | "updatedAt"> {
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface SealedRow {
  readonly name: string;
  readonly version: number;
  readonly keyVersion: number;
  readonly sealed: Buffer;
}

const columns = sql.raw(
  `name, version, created_at as "createdAt", updated_at as "updatedAt", updated_by as "updatedBy"`,
);

function shown(row: RawSecret): SecretRow {
  return { ...row, createdAt: instant(row.createdAt), updatedAt: instant(row.updatedAt) };
}

async function openedValue(db: TenantDb, row: SealedRow): Promise<string> {
  const { key } = await db.keys.version(db, row.keyVersion);
  return unseal(key, row.sealed, contextOf(db.tenantId, row.name, row.version)).toString("utf8");
}

function contextOf(tenantId: string, name: string, version: number): readonly (string | number)[] {
  return ["mainspring/secret", tenantId, name, version];
}
