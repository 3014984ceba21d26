import { createHash, randomBytes } from "node:crypto";
import pg from "pg";
import { openDispatcher } from "./dispatcher.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { migrate, migrationsFolder, readMigrations } from "./migrate.ts";
import { parseMasterKeys } from "./master-keys.ts";
import { openReconciler } from "./reconciler.ts";
import type { Reconciler } from "./reconciler.ts";
import { roleNames } from "./roles.ts";
import { openStore } from "./store.ts";
import type { Store } from "./store.ts";

/** A migrated database of a test's own. */
export interface ClonedDatabase {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly reconciler: Reconciler;
  /** A superuser's. */
  readonly ownerUrl: string;
  readonly appUrl: string;
  readonly dispatcherUrl: string;
  readonly reconcilerUrl: string;
  /** What a process that shares this database's secrets is given. */
  readonly masterKeys: string;
  /** Lets Postgres look at the tables as they are now; by itself it does so once a minute, and until then plans as for empty ones. */
  analyze(): Promise<void>;
  /** Closes what was opened here and removes the database, whoever else is connected. */
  drop(): Promise<void>;
}

// Login roles of the tests' own are members of the product's roles: a stack that is set up on the same server may give those
// other passwords meanwhile.
const logins = {
  app: { name: "mainspring_test_app", of: roleNames.app },
  dispatcher: { name: "mainspring_test_dispatcher", of: roleNames.dispatcher },
  reconciler: { name: "mainspring_test_reconciler", of: roleNames.reconciler },
} as const;

const templateLock = 7_391_204_418;

/** @param serverUrl a superuser's */
export async function cloneDatabase(
  serverUrl: string,
  options: { readonly max?: number } = {},
): Promise<ClonedDatabase> {
  const template = await templateOf(serverUrl);
  const name = `mainspring_clone_${randomBytes(6).toString("hex")}`;
  await withClient(serverUrl, (client) => client.query(`create database ${name} template ${template}`));

  const ownerUrl = databaseUrl(serverUrl, name);
  const password = passwordFor(serverUrl);
  const urlOf = (login: string): string => databaseUrl(serverUrl, name, { login, password });
  const [appUrl, dispatcherUrl, reconcilerUrl] = [
    urlOf(logins.app.name),
    urlOf(logins.dispatcher.name),
    urlOf(logins.reconciler.name),
  ];
  const masterKeys = randomBytes(32).toString("hex");
  const store = openStore({ url: appUrl, max: options.max ?? 10, masterKeys: parseMasterKeys(masterKeys) });
  const dispatcher = openDispatcher({ url: dispatcherUrl });
  const reconciler = openReconciler({ url: reconcilerUrl });
  return {
    store,
    dispatcher,
    reconciler,
    ownerUrl,
    appUrl,
    dispatcherUrl,
    reconcilerUrl,
    masterKeys,
    analyze: () => withClient(ownerUrl, async (client) => void (await client.query("vacuum analyze"))),
    drop: async () => {
      await Promise.all([store.close(), dispatcher.close(), reconciler.close()]);
      await withClient(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

const templates = new Map<string, Promise<string>>();

function templateOf(serverUrl: string): Promise<string> {
  let template = templates.get(serverUrl);
  if (template === undefined) {
    template = makeTemplate(serverUrl);
    templates.set(serverUrl, template);
  }
  return template;
}

/** Made once for each content of the migrations; that it is marked as a template says that it is whole. */
async function makeTemplate(serverUrl: string): Promise<string> {
  const migrations = await readMigrations(migrationsFolder);
  const content = createHash("sha256")
    .update(migrations.map(({ checksum }) => checksum).join())
    .digest("hex");
  const name = `mainspring_template_${content.slice(0, 12)}`;
  await withClient(serverUrl, async (client) => {
    await client.query("select pg_advisory_lock($1)", [templateLock]); // until the client ends
    const { rows } = await client.query<{ whole: boolean }>(
      "select datistemplate as whole from pg_database where datname = $1",
      [name],
    );
    if (rows[0]?.whole === true) return;
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name}`);
    await migrate({ ownerUrl: databaseUrl(serverUrl, name) });
    await createLogins(client, passwordFor(serverUrl));
    await client.query(`alter database ${name} is_template true`);
  });
  return name;
}

async function createLogins(client: pg.Client, password: string): Promise<void> {
  for (const { name, of } of Object.values(logins)) {
    const { rowCount } = await client.query("select from pg_roles where rolname = $1", [name]);
    if (rowCount === 0) await client.query(`create role ${name} nosuperuser nobypassrls`);
    await client.query(`alter role ${name} login password ${client.escapeLiteral(password)}`);
    await client.query(`grant ${of} to ${name}`);
  }
}

function passwordFor(serverUrl: string): string {
  return createHash("sha256")
    .update(`tests:${new URL(serverUrl).password}`)
    .digest("hex");
}

function databaseUrl(
  serverUrl: string,
  database: string,
  as?: { readonly login: string; readonly password: string },
): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  if (as !== undefined) {
    url.username = as.login;
    url.password = as.password;
  }
  return url.href;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: "mainspring tests" });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
