import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import pg from "pg";
import { createRoles } from "./roles.ts";
import type { RolePasswords } from "./roles.ts";

export interface MigrateOptions {
  /** A superuser, or the owner role itself with the right to create roles. */
  readonly ownerUrl: string;
  /** Given: the role may log in with it. Left out: it stays as it is. */
  readonly passwords?: RolePasswords;
  /** Where the numbered files are; left out: the product's own. */
  readonly folder?: URL;
  /** The last file to apply, by its number, such as `6`. For tests of a single migration. */
  readonly upTo?: number;
}

export interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

export const migrationsFolder = new URL("../migrations/", import.meta.url);

// Any constant: whoever migrates this database at the same time waits for the first.
const advisoryLock = 7_391_204_417;

/**
 * Creates the roles that are missing and applies, each in a transaction of its own, the files that the database has not seen.
 * Several at the same time are safe: one does it, the others wait and find nothing to do.
 * @throws Error when an applied file was edited or is missing, or when a file's number stands twice; nothing was applied then
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(options.folder ?? migrationsFolder);
  const client = new pg.Client({ connectionString: options.ownerUrl, application_name: "mainspring migrate" });
  client.on("error", () => {}); // the query under way reports it
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [advisoryLock]);
    await createRoles(client, options.passwords ?? {});
    await client.query("set role mainspring_owner");
    await client.query(
      "create table if not exists schema_migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())",
    );
    await client.query("grant select on schema_migrations to mainspring_app");
    const due = await dueMigrations(client, migrations);
    const applied: string[] = [];
    for (const migration of due) {
      if (options.upTo !== undefined && numberOf(migration.name) > options.upTo) break;
      await apply(client, migration);
      applied.push(migration.name);
    }
    return { applied };
  } finally {
    await client.end();
  }
}

/** In the order of their numbers. */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const seen = new Set<number>();
  const migrations: Migration[] = [];
  for (const name of names) {
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(name)) throw new Error(`Migration ${name}: the name is not NNNN_words.sql.`);
    if (seen.has(numberOf(name))) throw new Error(`Migration ${name}: another file has the same number.`);
    seen.add(numberOf(name));
    const text = await readFile(new URL(name, folder), "utf8");
    migrations.push({ name, text, checksum: createHash("sha256").update(text).digest("hex") });
  }
  return migrations;
}

function numberOf(name: string): number {
  return Number(name.slice(0, 4));
}

async function dueMigrations(client: pg.Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    "select name, checksum from schema_migrations order by name",
  );
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const file = byName.get(row.name);
    if (file === undefined) {
      throw new Error(
        `Migration ${row.name} was applied to this database but is not in this release. Use the release that this database belongs to, or a newer one.`,
      );
    }
    if (file.checksum !== row.checksum) {
      throw new Error(
        `Migration ${row.name} was edited after it had been applied. Restore the file and put the change into a new one.`,
      );
    }
    byName.delete(row.name);
  }
  const last = rows.at(-1)?.name;
  const due = [...byName.values()];
  const late = due.find((migration) => last !== undefined && migration.name < last);
  if (late !== undefined)
    throw new Error(`Migration ${late.name} comes before ${last}, which was applied already. Give it the next number.`);
  return due;
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(migration.text);
    await client.query("insert into schema_migrations (name, checksum) values ($1, $2)", [
      migration.name,
      migration.checksum,
    ]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new Error(`Migration ${migration.name} failed; nothing of it was applied: ${String(error)}`, {
      cause: error,
    });
  }
}
