import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseMasterKeys } from "./master-keys.ts";
import { deleteSecret, listSecrets, putSecret, readSecrets, rotateTenantKey } from "./secrets.ts";
import { openStore } from "./store.ts";
import type { TenantDb } from "./store.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { testTenant } from "./testing/test-tenant.ts";
import { addWebhookSecret, insertWebhook, readWebhookSecrets } from "./webhooks.ts";

const standardHook = {
  scheme: "standard",
  description: null,
  enabled: true,
  eventName: null,
  correlationKey: null,
  headers: [],
  workflow: null,
  replyWaitMs: null,
} as const;

let database: ClonedDatabase;
let owner: pg.Client;
beforeAll(async () => {
  database = await clonedDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

test("[SEC-03] a secret comes back to whoever performs an action, and stands nowhere in clear", async () => {
  const tenant = await testTenant(database.store);
  const value = "s3cret-of-one ü";
  const first = await tenant.run((db) => putSecret(db, { name: "crm", value, by: "ada" }));
  expect(first).toMatchObject({ name: "crm", version: 1, updatedBy: "ada" });
  const read = () => tenant.run((db) => readSecrets(db, ["crm", "no-such"]));
  expect([...(await read())]).toEqual([["crm", value]]);
  const { rows } = await owner.query("select encode(sealed, 'escape') as sealed from secrets");
  expect(JSON.stringify(rows)).not.toContain("s3cret");

  expect((await tenant.run((db) => putSecret(db, { name: "crm", value: "another value" }))).version).toBe(2);
  expect([...(await read())]).toEqual([["crm", "another value"]]);
  const page = await tenant.run((db) => listSecrets(db, {}));
  expect(page.items.map(({ name, version }) => [name, version])).toEqual([["crm", 2]]);
  expect(JSON.stringify(page)).not.toContain("value");
  expect(await tenant.run((db) => deleteSecret(db, "crm"))).toBe(true);
  expect(await tenant.run((db) => deleteSecret(db, "crm"))).toBe(false);
  expect((await read()).size).toBe(0);
});

test("[SEC-03] a sealed value that was copied to another name, version or tenant does not open", async () => {
  const [tenant, other] = [await testTenant(database.store), await testTenant(database.store)];
  await tenant.run((db) => putSecret(db, { name: "a", value: "value of a" }));
  await tenant.run((db) => putSecret(db, { name: "b", value: "value of b" }));
  await other.run((db) => putSecret(db, { name: "a", value: "value of other" }));
  await owner.query(
    "update secrets t set sealed = s.sealed from secrets s where s.tenant_id = $1 and s.name = 'a' and t.tenant_id = $1 and t.name = 'b'",
    [tenant.id],
  );
  await owner.query(
    "update secrets t set sealed = s.sealed from secrets s where s.tenant_id = $1 and s.name = 'a' and t.tenant_id = $2",
    [tenant.id, other.id],
  );
  await expect(tenant.run((db) => readSecrets(db, ["b"]))).rejects.toThrow(/authenticate data/);
  await expect(other.run((db) => readSecrets(db, ["a"]))).rejects.toThrow(/authenticate data/);
  await owner.query("update secrets set version = 7 where tenant_id = $1 and name = 'a'", [tenant.id]);
  await expect(tenant.run((db) => readSecrets(db, ["a"]))).rejects.toThrow(/authenticate data/);
});

test("[SEC-03] sixteen that set one secret at a time leave one value that opens", async () => {
  const tenant = await testTenant(database.store);
  const values = Array.from({ length: 16 }, (_, i) => `value number ${i}`);
  await Promise.all(values.map((value) => tenant.run((db) => putSecret(db, { name: "many", value }))));
  const kept = (await tenant.run((db) => readSecrets(db, ["many"]))).get("many");
  expect(values).toContain(kept);
  expect((await tenant.run((db) => listSecrets(db, {}))).items[0]?.version).toBe(16);
});

test("[SEC-03] a new tenant key seals all secrets anew, the old one stays, and a rotation that is rolled back leaves nothing behind", async () => {
  const tenant = await testTenant(database.store);
  await tenant.run((db) => putSecret(db, { name: "kept", value: "kept value" }));
  const failed = tenant.run(async (db) => {
    await rotateTenantKey(db);
    await readSecrets(db, ["kept"]);
    throw new Error("rolled back");
  });
  await expect(failed).rejects.toThrow("rolled back");
  expect(await tenant.run((db) => rotateTenantKey(db))).toBe(2);
  expect((await tenant.run((db) => readSecrets(db, ["kept"]))).get("kept")).toBe("kept value");
  const { rows } = await owner.query(
    "select (select array_agg(version order by version) from tenant_keys where tenant_id = $1) as keys, key_version from secrets where tenant_id = $1",
    [tenant.id],
  );
  expect(rows).toEqual([{ keys: [1, 2], key_version: 2 }]);
});

test("[SEC-03] a new tenant key seals the secrets of webhooks anew, and the old key is then needed for none of them", async () => {
  const tenant = await testTenant(database.store);
  const hook = await tenant.run((db) => insertWebhook(db, { key: "hook", ...standardHook }));
  const endpointId = hook?.id ?? "";
  for (const value of ["the first of the hook", "the second of the hook"])
    await tenant.run((db) => addWebhookSecret(db, { endpointId, value }));
  expect(await tenant.run((db) => rotateTenantKey(db))).toBe(2);
  const { rows } = await owner.query("select key_version from webhook_secrets where tenant_id = $1", [tenant.id]);
  expect(rows).toEqual([{ key_version: 2 }, { key_version: 2 }]);
  // Who never had the old key in memory, and finds none, opens them.
  await owner.query("delete from tenant_keys where tenant_id = $1 and version = 1", [tenant.id]);
  const fresh = openStore({ url: database.appUrl, max: 1, masterKeys: parseMasterKeys(database.masterKeys) });
  try {
    const read = await fresh.tenant(tenant.id, (db) => readWebhookSecrets(db, endpointId));
    expect(read).toEqual(["the first of the hook", "the second of the hook"]);
  } finally {
    await fresh.close();
  }
});

test("[SEC-03] whoever sets a secret just after, or while, another process rotates the key seals it under the new one", async () => {
  const tenant = await testTenant(database.store);
  const hook = await tenant.run((db) => insertWebhook(db, { key: "hook", ...standardHook }));
  const endpointId = hook?.id ?? "";
  const other = openStore({ url: database.appUrl, max: 4, masterKeys: parseMasterKeys(database.masterKeys) });
  const inOther = <T>(work: (db: TenantDb) => Promise<T>): Promise<T> => other.tenant(tenant.id, work);
  try {
    // It knows the old key from here on.
    await inOther((db) => putSecret(db, { name: "before", value: "value before" }));
    await tenant.run((db) => rotateTenantKey(db));
    await inOther((db) => putSecret(db, { name: "after", value: "value after" }));
    await inOther((db) => addWebhookSecret(db, { endpointId, value: "value of the hook" }));
    const versions = async (): Promise<unknown[]> =>
      (
        await owner.query(
          `select distinct key_version as version from (select tenant_id, key_version from secrets
            union all select tenant_id, key_version from webhook_secrets) sealed where tenant_id = $1`,
          [tenant.id],
        )
      ).rows;
    expect(await versions()).toEqual([{ version: 2 }]);
    for (let version = 3; version <= 6; version += 1) {
      await Promise.all([
        tenant.run((db) => rotateTenantKey(db)),
        inOther((db) => putSecret(db, { name: "after", value: `value ${version}` })),
        inOther((db) => putSecret(db, { name: `new ${version}`, value: `value ${version}` })),
      ]);
      expect(await versions()).toEqual([{ version }]);
    }
    expect((await tenant.run((db) => readSecrets(db, ["after"]))).get("after")).toBe("value 6");
  } finally {
    await other.close();
  }
});

test("[SEC-03] a tenant's key is wrapped by the newest master key once it is used, and the old master key is then needed no longer", async () => {
  const tenant = await testTenant(database.store);
  await tenant.run((db) => putSecret(db, { name: "kept", value: "kept value" }));
  const newer = randomBytes(32).toString("hex");
  const readWith = async (masterKeys: string): Promise<string | undefined> => {
    const store = openStore({ url: database.appUrl, max: 2, masterKeys: parseMasterKeys(masterKeys) });
    try {
      return (await store.tenant(tenant.id, (db) => readSecrets(db, ["kept"]))).get("kept");
    } finally {
      await store.close();
    }
  };
  await expect(readWith(newer)).rejects.toThrow(/master key [0-9a-f]{16}.*is not configured/);
  expect(await readWith(`${newer},${database.masterKeys}`)).toBe("kept value");
  expect(await readWith(newer)).toBe("kept value");
});

test("[SEC-03] a rotation wraps all keys of the tenant by the newest master key, those that nobody has asked for too", async () => {
  const tenant = await testTenant(database.store);
  for (let version = 1; version <= 3; version++) expect(await tenant.run((db) => rotateTenantKey(db))).toBe(version);
  const keys = parseMasterKeys(`${randomBytes(32).toString("hex")},${database.masterKeys}`);
  const store = openStore({ url: database.appUrl, max: 2, masterKeys: keys });
  try {
    expect(await store.tenant(tenant.id, (db) => rotateTenantKey(db))).toBe(4);
  } finally {
    await store.close();
  }
  const { rows } = await owner.query(
    "select master_key as id, count(*)::int as keys from tenant_keys where tenant_id = $1 group by 1",
    [tenant.id],
  );
  expect(rows).toEqual([{ id: keys.newest.id, keys: 4 }]);
});
