import { sql } from "kysely";
import type { Kysely } from "kysely";
import { openKysely, openPool } from "./connection.ts";
import { checkMasterKeys } from "./key-check.ts";
import { roleNames } from "./roles.ts";
import type { MasterKeys } from "./master-keys.ts";
import type { Schema } from "./schema.ts";
import { TenantKeys } from "./tenant-keys.ts";
import { inTransaction } from "./transaction.ts";
import type { Transaction } from "./transaction.ts";

/**
 * A transaction in which exactly one tenant's rows exist. Every function of this package that reads or writes a tenant's rows
 * takes one, and only `Store.tenant` makes one.
 */
export type TenantDb = Transaction & { readonly tenantId: string; readonly keys: TenantKeys };

/** A transaction without a tenant: it sees the table of tenants and no row of theirs. */
export type PlatformDb = Transaction & { readonly tenantId?: undefined };

export interface Store {
  /** Keys of tenants that this process has unwrapped. */
  readonly keys: TenantKeys;
  /**
   * Runs `work` in one transaction; what it throws rolls back and is thrown on.
   * `db` is good until `work` returns.
   */
  tenant<T>(tenantId: string, work: (db: TenantDb) => Promise<T>): Promise<T>;
  platform<T>(work: (db: PlatformDb) => Promise<T>): Promise<T>;
  /** @throws Error when the database cannot be reached, is not migrated, the role could see every tenant, or other processes have other master keys */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Of the role `app`. */
  readonly url: string;
  readonly max?: number;
  /** Connections that stay open: a lone event does not wait for one to be made, and for its statements to be planned. */
  readonly kept?: number;
  /** Left out: tenants' keys, and with them secrets, cannot be used. */
  readonly masterKeys?: MasterKeys;
  readonly onPoolError?: (error: Error) => void;
}

/** Connects when first used. */
export function openStore(options: StoreOptions): Store {
  const pool = openPool({ ...options, name: "mainspring app" });
  const keys = new TenantKeys(options.masterKeys);
  return {
    keys,
    tenant: async (tenantId, work) =>
      inTransaction(pool, checkedTenantId(tenantId), (db) => work(Object.assign(db, { tenantId, keys }))),
    platform: (work) => inTransaction(pool, "", (db) => work(db as PlatformDb)),
    async ready() {
      await checkRole(openKysely(pool));
      const { masterKeys } = options;
      if (masterKeys !== undefined)
        await inTransaction(pool, "", (db) => checkMasterKeys(db as PlatformDb, masterKeys));
    },
    close: () => pool.end(),
  };
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text can be an id of ours; asking the database for anything else is an error there. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

function checkedTenantId(tenantId: string): string {
  if (!isUuid(tenantId)) throw new Error("A tenant id is a UUID.");
  return tenantId;
}

async function checkRole(kysely: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ role: string; unsafe: boolean; migrated: boolean; owns: boolean }>`
    select current_user as role, r.rolsuper or r.rolbypassrls as unsafe,
      to_regclass('master_keys') is not null as migrated,
      exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind = 'r' and pg_has_role(current_user, c.relowner, 'member')) as owns
    from pg_roles r where r.rolname = current_user`.execute(kysely);
  const row = rows[0];
  if (row === undefined || !row.migrated)
    throw new Error("The database has not the tables of this release of Mainspring. Run `mainspring migrate`.");
  if (row.unsafe || row.owns) {
    throw new Error(
      `The role ${row.role} can see every tenant's rows. Connect as ${roleNames.app}, which owns nothing and bypasses nothing.`,
    );
  }
}
