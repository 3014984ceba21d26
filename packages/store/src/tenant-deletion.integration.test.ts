import { afterAll, beforeAll, expect, test } from "vitest";
import { beginDeletion, noteDeletion } from "./tenant-deletion.ts";
import { getTenant } from "./tenants.ts";
import { asOwner } from "./testing/as-owner.ts";
import { clonedDatabase, type ClonedDatabase } from "./testing/cloned-database.ts";
import { testTenant } from "./testing/test-tenant.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await clonedDatabase();
});
afterAll(() => database?.drop());

const isWaiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";

test("[TEN-05] of two that carry on one deletion neither writes back what the other has noted meanwhile", async () => {
  const tenant = await testTenant(database.store);
  await tenant.run((db) => beginDeletion(db, { mode: "terminate", graceMs: 0, by: "platform" }));
  let second: Promise<unknown> | undefined;
  await tenant.run(async (db) => {
    await noteDeletion(db, (now) => ({ ...now, stage: "rows", keysErased: 3 }));
    second = tenant.run((other) => noteDeletion(other, (now) => ({ ...now, removed: 5 })));
    await expect.poll(() => asOwner(database, isWaiting), { timeout: 30_000, interval: 20 }).toHaveLength(1);
  });
  await second;
  const { deletion } = (await tenant.run(getTenant)) ?? {};
  expect(deletion).toMatchObject({ stage: "rows", keysErased: 3, removed: 5 });
});

test("nothing is noted of a tenant that is not being deleted", async () => {
  const tenant = await testTenant(database.store);
  expect(await tenant.run((db) => noteDeletion(db, (now) => ({ ...now, stage: "rows" })))).toBeUndefined();
  expect((await tenant.run(getTenant))?.deletion).toBeNull();
});
