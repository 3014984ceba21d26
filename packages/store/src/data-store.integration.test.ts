import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  deleteData,
  getData,
  listData,
  listNamespaces,
  putData,
  sweepData,
  sweepDataWrites,
  writeOnce,
} from "./data-store.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { testTenant } from "./testing/test-tenant.ts";

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

const place = { namespace: "carts", key: "a-1" };
const past = "2001-01-01T00:00:00.000Z";

test("a value is kept with its version, and written only at the version that was expected", async () => {
  const tenant = await testTenant(database.store);
  const put = (more: object) => tenant.run((db) => putData(db, { ...place, value: { n: 1 }, ...more }));
  expect(await put({ expectedVersion: 1 })).toEqual({ result: "conflict", version: 0 });
  expect(await put({ expectedVersion: 0 })).toMatchObject({ result: "put", version: 1, expiresAt: null });
  expect(await put({ expectedVersion: 0 })).toEqual({ result: "conflict", version: 1 });
  expect(await put({ value: [null, "ü"], expectedVersion: 1 })).toMatchObject({ version: 2 });
  expect(await tenant.run((db) => getData(db, place))).toMatchObject({ ...place, value: [null, "ü"], version: 2 });
  expect(await tenant.run((db) => deleteData(db, { ...place, expectedVersion: 1 }))).toEqual({
    result: "conflict",
    version: 2,
  });
  expect(await tenant.run((db) => deleteData(db, place))).toEqual({ result: "deleted" });
  expect(await tenant.run((db) => deleteData(db, place))).toEqual({ result: "absent" });
  expect(await tenant.run((db) => getData(db, place))).toBeUndefined();
});

test("of sixteen that write one version at a time exactly one succeeds", async () => {
  const tenant = await testTenant(database.store);
  for (const expectedVersion of [0, 1]) {
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, n) => tenant.run((db) => putData(db, { ...place, value: n, expectedVersion }))),
    );
    expect(results.filter(({ result }) => result === "put")).toHaveLength(1);
  }
});

test("[DST-04] an expired row that is not yet swept counts as absent for reads and writes", async () => {
  const tenant = await testTenant(database.store);
  const put = (more: object) => tenant.run((db) => putData(db, { ...place, value: "old", ...more }));
  expect(await put({ expiresAt: past })).toMatchObject({ version: 1, expiresAt: past });
  expect(await tenant.run((db) => getData(db, place))).toBeUndefined();
  expect((await tenant.run((db) => listData(db, "carts", {}))).items).toEqual([]);
  expect((await tenant.run((db) => listNamespaces(db, {}))).items).toEqual([]);
  expect(await tenant.run((db) => deleteData(db, { ...place, expectedVersion: 1 }))).toEqual({
    result: "conflict",
    version: 0,
  });
  expect(await put({ expectedVersion: 1 })).toEqual({ result: "conflict", version: 0 });
  expect(await put({ value: "new", expectedVersion: 0, ttlMs: 3_600_000 })).toMatchObject({ version: 1 });
  const row = await tenant.run((db) => getData(db, place));
  expect(row).toMatchObject({ value: "new", version: 1 });
  expect(Date.parse(row?.expiresAt ?? "") - Date.parse(row?.createdAt ?? "")).toBeGreaterThan(3_590_000);
});

test("[DST-02] the sweep removes what has expired and leaves the rest, also what was written again meanwhile", async () => {
  const tenant = await testTenant(database.store);
  const put = (key: string, more: object) =>
    tenant.run((db) => putData(db, { namespace: "sweep", key, value: 1, ...more }));
  await put("gone", { expiresAt: past });
  await put("later", { ttlMs: 3_600_000 });
  await put("always", {});
  await put("again", { expiresAt: past });
  const due = (await database.dispatcher.dueData(100)).filter(({ tenantId }) => tenantId === tenant.id);
  expect(due).toHaveLength(2);
  await put("again", { ttlMs: 3_600_000 });
  expect(
    await tenant.run((db) =>
      sweepData(
        db,
        due.map(({ id }) => id),
      ),
    ),
  ).toBe(1);
  const left = await owner.query("select key from workflow_data_store where tenant_id = $1 order by key", [tenant.id]);
  expect(left.rows.map(({ key }: { key: string }) => key)).toEqual(["again", "always", "later"]);
});

test("a write that is made again under its key changes nothing and answers as before, also at the same time", async () => {
  const tenant = await testTenant(database.store);
  const write = (key: string, value: number) =>
    tenant.run((db) => writeOnce(db, key, () => putData(db, { ...place, value })));
  const answers = await Promise.all(Array.from({ length: 8 }, () => write("k1", 1)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await write("k2", 2)).toMatchObject({ version: 2 });
  expect(await write("k1", 1)).toMatchObject({ version: 1 });
  expect(await tenant.run((db) => getData(db, place))).toMatchObject({ value: 2, version: 2 });
  const remove = (key: string) => tenant.run((db) => writeOnce(db, key, () => deleteData(db, place)));
  expect([await remove("k3"), await remove("k3"), await remove("k4")]).toEqual([
    { result: "deleted" },
    { result: "deleted" },
    { result: "absent" },
  ]);
  const conflict = () =>
    tenant.run((db) => writeOnce(db, "k5", () => putData(db, { ...place, value: 3, expectedVersion: 9 })));
  expect([await conflict(), await write("k5", 3)]).toMatchObject([{ result: "conflict" }, { version: 1 }]);

  expect((await database.dispatcher.dueDataWrites(100)).filter(({ tenantId }) => tenantId === tenant.id)).toEqual([]);
  await owner.query("update workflow_data_store_writes set due_at = now() where tenant_id = $1 and write_key = 'k1'", [
    tenant.id,
  ]);
  const due = (await database.dispatcher.dueDataWrites(100)).filter(({ tenantId }) => tenantId === tenant.id);
  expect(
    await tenant.run((db) =>
      sweepDataWrites(
        db,
        due.map(({ id }) => id),
      ),
    ),
  ).toBe(1);
});

test("namespaces and keys are listed in pages by name, and by the beginning of a key", async () => {
  const tenant = await testTenant(database.store);
  for (const [namespace, key] of [
    ["b", "x-1"],
    ["b", "x-2"],
    ["b", "y_1"],
    ["a", "%"],
  ] as const)
    await tenant.run((db) => putData(db, { namespace, key, value: key }));
  expect((await tenant.run((db) => listNamespaces(db, {}))).items).toEqual([
    { namespace: "a", keys: 1 },
    { namespace: "b", keys: 3 },
  ]);
  const first = await tenant.run((db) => listData(db, "b", { limit: 2 }));
  expect(first.items.map(({ key }) => key)).toEqual(["x-1", "x-2"]);
  const second = await tenant.run((db) => listData(db, "b", { limit: 2, cursor: first.nextCursor ?? "" }));
  expect([second.items.map(({ key }) => key), second.nextCursor]).toEqual([["y_1"], null]);
  expect((await tenant.run((db) => listData(db, "b", { prefix: "x" }))).items).toHaveLength(2);
  expect((await tenant.run((db) => listData(db, "b", { prefix: "%" }))).items).toHaveLength(0);
  const other = await testTenant(database.store);
  expect((await other.run((db) => listNamespaces(db, {}))).items).toEqual([]);
});
