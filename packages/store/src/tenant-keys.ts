import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { MasterKeys } from "./master-keys.ts";
import { keyBytes, seal, unseal } from "./sealing.ts";
import type { TenantDb } from "./store.ts";

/** What seals a tenant's secrets and, where that is on, its payloads on their way into Temporal. */
export interface TenantKey {
  /** 1, 2, 3 ... */
  readonly version: number;
  readonly key: Uint8Array;
}

/** A key made elsewhere is the newest here within this time. */
const newestKeptMs = 30_000;
const keptTenants = 10_000;

/** Keys of tenants, unwrapped once and kept by the process. */
export class TenantKeys {
  readonly #master: MasterKeys | undefined;
  readonly #byVersion = new Map<string, TenantKey>();
  readonly #newest = new Map<string, { readonly key: TenantKey; readonly untilMs: number }>();

  /** @param master left out: whoever asks for a key is refused */
  constructor(master: MasterKeys | undefined) {
    this.#master = master;
  }

  /** The newest key, if it is known without asking the database. */
  known(tenantId: string): TenantKey | undefined {
    const kept = this.#newest.get(tenantId);
    return kept !== undefined && kept.untilMs > performance.now() ? kept.key : undefined;
  }

  knownVersion(tenantId: string, version: number): TenantKey | undefined {
    return this.#byVersion.get(nameOf(tenantId, version));
  }

  /** The newest key; the tenant's first one is made when it is asked for. */
  async newest(db: TenantDb): Promise<TenantKey> {
    const known = this.known(db.tenantId);
    if (known !== undefined) return known;
    const row = (await newestRow(db)) ?? (await this.#make(db, 1));
    const key = await this.#unwrapped(db, row);
    return row.own ? key : this.#keepNewest(db.tenantId, key);
  }

  /**
   * The newest key as the database has it, held until the transaction ends: what is sealed under it now and kept, a rotation that comes
   * next finds and seals anew, and one that was made elsewhere a moment ago is not missed.
   */
  async newestToKeep(db: TenantDb): Promise<TenantKey> {
    await sql`select pg_advisory_xact_lock_shared(hashtextextended(${lockOf(db.tenantId)}, 0))`.execute(db);
    const row = (await newestRow(db)) ?? (await this.#make(db, 1));
    const key = await this.#unwrapped(db, row);
    return row.own ? key : this.#keepNewest(db.tenantId, key);
  }

  /** @throws Error when the tenant has no such key, or its master key is not configured */
  async version(db: TenantDb, version: number): Promise<TenantKey> {
    const known = this.knownVersion(db.tenantId, version);
    if (known !== undefined) return known;
    const { rows } = await sql<KeyRow>`select ${columns} from tenant_keys where version = ${version}`.execute(db);
    if (rows[0] === undefined)
      throw new Error(`Tenant ${db.tenantId} has no key of version ${version}: restore the table tenant_keys`);
    return this.#unwrapped(db, rows[0]);
  }

  /** A new key seals from now on; the others open what they have sealed, and are all wrapped by the newest master key. */
  async rotate(db: TenantDb): Promise<TenantKey> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${lockOf(db.tenantId)}, 0))`.execute(db);
    const { rows } = await sql<KeyRow>`select ${columns} from tenant_keys order by version desc`.execute(db);
    for (const row of rows) await this.#unwrapped(db, row);
    const last = rows[0];
    const made = await this.#unwrapped(db, await this.#make(db, (last?.version ?? 0) + 1));
    this.#newest.delete(db.tenantId);
    return made;
  }

  async #make(db: TenantDb, version: number): Promise<KeyRow> {
    const { newest } = this.#masterKeys();
    const wrapped = seal(newest.key, randomBytes(keyBytes), contextOf(db.tenantId, version));
    await sql`insert into tenant_keys (tenant_id, version, master_key, wrapped)
      values (${db.tenantId}, ${version}, ${newest.id}, ${wrapped}) on conflict do nothing`.execute(db);
    const row = await newestRow(db); // another process may have been first
    if (row === undefined) throw new Error(`The key of tenant ${db.tenantId} could not be made`);
    return row;
  }

  async #unwrapped(db: TenantDb, { version, masterKey, wrapped, own }: KeyRow): Promise<TenantKey> {
    const master = this.#masterKeys();
    const wrappedBy = master.find(masterKey);
    if (wrappedBy === undefined)
      throw new Error(
        `The master key ${masterKey}, by which key ${version} of tenant ${db.tenantId} is wrapped, is not configured: add it behind the others`,
      );
    const context = contextOf(db.tenantId, version);
    const key = unseal(wrappedBy.key, wrapped, context);
    if (wrappedBy.id !== master.newest.id) {
      // So the old master key is needed no longer once each key was used.
      await sql`update tenant_keys set master_key = ${master.newest.id}, wrapped = ${seal(master.newest.key, key, context)}
        where version = ${version}`.execute(db);
    }
    const unwrapped = { version, key };
    if (!own) this.#byVersion.set(nameOf(db.tenantId, version), unwrapped);
    return unwrapped;
  }

  #keepNewest(tenantId: string, key: TenantKey): TenantKey {
    if (this.#newest.size >= keptTenants) {
      this.#newest.clear();
      this.#byVersion.clear();
    }
    this.#newest.set(tenantId, { key, untilMs: performance.now() + newestKeptMs });
    return key;
  }

  #masterKeys(): MasterKeys {
    if (this.#master === undefined) throw new Error("This process was given no master keys");
    return this.#master;
  }
}

interface KeyRow {
  readonly version: number;
  readonly masterKey: string;
  readonly wrapped: Buffer;
  /** Written by this very transaction, which may yet come to nothing: not to be kept beyond it. */
  readonly own: boolean;
}

const columns = sql.raw(
  `version, master_key as "masterKey", wrapped, coalesce(xmin = pg_current_xact_id_if_assigned()::xid, false) as own`,
);

async function newestRow(db: TenantDb): Promise<KeyRow | undefined> {
  const { rows } = await sql<KeyRow>`select ${columns} from tenant_keys order by version desc limit 1`.execute(db);
  return rows[0];
}

function contextOf(tenantId: string, version: number): readonly (string | number)[] {
  return ["mainspring/tenant-key", tenantId, version];
}

function lockOf(tenantId: string): string {
  return `tenant-keys:${tenantId}`;
}

function nameOf(tenantId: string, version: number): string {
  return `${tenantId}:${version}`;
}
