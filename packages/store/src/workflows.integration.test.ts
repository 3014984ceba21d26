import { afterAll, beforeAll, expect, test } from "vitest";
import { getBlob, putBlob } from "./blobs.ts";
import { newId } from "./ids.ts";
import { findTenant, getTenant, updateTenant } from "./tenants.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { testTenant } from "./testing/test-tenant.ts";
import { definitionOf, getProgram, getVersion, insertVersion, listVersions, publishedVersion } from "./versions.ts";
import type { NewVersion } from "./versions.ts";
import { getWorkflow, insertWorkflow, listWorkflows, saveDraft } from "./workflows.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await clonedDatabase();
});
afterAll(() => database.drop());

const version = (n: number): NewVersion => ({
  workflowKey: "orders",
  document: { z: n, a: 1 },
  definitionHash: `d${n}`,
  program: { steps: [], n },
  programHash: `p${n}`,
  semantics: 2,
  payloadSchema: { type: "object" },
});

test("a draft is replaced only at the revision that its editor saw", async () => {
  const tenant = await testTenant(database.store);
  const draft = { key: "orders", name: "Orders", document: { z: 1, a: 2 }, sourceText: "z: 1\na: 2\n" };
  expect(await tenant.run((db) => insertWorkflow(db, draft))).toEqual({ revision: 1 });
  expect(await tenant.run((db) => insertWorkflow(db, draft))).toBe("exists");
  expect(await tenant.run((db) => saveDraft(db, "orders", { document: { n: 2 }, ifRevision: 1 }))).toEqual({
    revision: 2,
  });
  expect(await tenant.run((db) => saveDraft(db, "orders", { document: { n: 3 }, ifRevision: 1 }))).toBe("mismatch");
  expect(await tenant.run((db) => saveDraft(db, "nothing", { document: {} }))).toBeUndefined();
  expect(await tenant.run((db) => getWorkflow(db, "orders"))).toMatchObject({
    name: "Orders",
    document: { n: 2 },
    sourceText: null,
    revision: 2,
    publishedVersion: null,
  });
});

test("workflows are listed by key, page by page", async () => {
  const tenant = await testTenant(database.store);
  for (const key of ["b", "a-b", "a", "c"])
    await tenant.run((db) => insertWorkflow(db, { key, name: key, document: {} }));
  const first = await tenant.run((db) => listWorkflows(db, { limit: 3 }));
  const second = await tenant.run((db) => listWorkflows(db, { limit: 3, cursor: first.nextCursor ?? "" }));
  expect([...first.items, ...second.items].map(({ key }) => key)).toEqual(["a", "a-b", "b", "c"]);
  expect(second.nextCursor).toBeNull();
});

test("[LNG-05] publishing numbers versions, leaves earlier ones untouched, and makes none where nothing changed", async () => {
  const tenant = await testTenant(database.store);
  await tenant.run((db) => insertWorkflow(db, { key: "orders", name: "Orders", document: {} }));
  expect(await tenant.run((db) => publishedVersion(db, "orders"))).toBeUndefined();
  expect(await tenant.run((db) => insertVersion(db, version(1)))).toEqual({ version: 1, created: true });
  const first = await tenant.run((db) => getVersion(db, "orders", 1));
  expect(await tenant.run((db) => insertVersion(db, version(1)))).toEqual({ version: 1, created: false });
  const raced = await Promise.all([2, 3, 4].map((n) => tenant.run((db) => insertVersion(db, version(n)))));
  expect(raced.map((result) => result?.version).toSorted()).toEqual([2, 3, 4]);
  expect(await tenant.run((db) => getVersion(db, "orders", 1))).toEqual(first);
  expect(JSON.stringify(first?.document)).toBe('{"z":1,"a":1}');
  expect((await tenant.run((db) => listVersions(db, "orders", {}))).items.map((row) => row.version)).toEqual([
    4, 3, 2, 1,
  ]);
  expect(await tenant.run((db) => definitionOf(db, "orders"))).toMatchObject({
    version: 4,
    semantics: 2,
    payloadSchema: { type: "object" },
    paused: false,
  });
  expect(await tenant.run((db) => definitionOf(db, "orders", 1))).toMatchObject({
    version: 1,
    definitionHash: "d1",
    programHash: "p1",
  });
  expect(await tenant.run((db) => definitionOf(db, "orders", 9))).toBeUndefined();
  expect(await tenant.run((db) => getProgram(db, "p1"))).toEqual({ steps: [], n: 1 });
  expect(await (await testTenant(database.store)).run((db) => getProgram(db, "p1"))).toBeUndefined();
  expect(await tenant.run((db) => insertVersion(db, { ...version(1), workflowKey: "nothing" }))).toBeUndefined();
});

test("blobs are found by the hash of their bytes, in their own tenant", async () => {
  const tenant = await testTenant(database.store);
  const bytes = new Uint8Array([0, 255, 1]);
  const hash = await tenant.run((db) => putBlob(db, bytes));
  expect(await tenant.run((db) => putBlob(db, bytes))).toBe(hash);
  expect([...((await tenant.run((db) => getBlob(db, hash))) ?? [])]).toEqual([0, 255, 1]);
  expect(await (await testTenant(database.store)).run((db) => getBlob(db, hash))).toBeUndefined();
});

test("a tenant's settings change one by one", async () => {
  const tenant = await testTenant(database.store, "acme");
  const egressAllow = [{ host: "127.0.0.1" }];
  expect(await database.store.platform((db) => updateTenant(db, tenant.id, { egressAllow }))).toMatchObject({
    egressAllow,
    suspended: false,
  });
  expect(await database.store.platform((db) => updateTenant(db, tenant.id, { suspended: true }))).toMatchObject({
    egressAllow,
    suspended: true,
  });
  expect(await tenant.run((db) => getTenant(db))).toMatchObject({
    id: tenant.id,
    name: "acme",
    egressAllow,
    suspended: true,
  });
  expect(await database.store.platform((db) => findTenant(db, newId()))).toBeUndefined();
});
