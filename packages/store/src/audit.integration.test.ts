import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listAudit, recordAudit, verifyAudit } from "./audit.ts";
import { newId } from "./ids.ts";
import { insertRun } from "./launch.ts";
import type { TenantDb } from "./store.ts";
import { beginDeletion } from "./tenant-deletion.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { testTenant } from "./testing/test-tenant.ts";
import type { TestTenant } from "./testing/test-tenant.ts";

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

const nasty = 'a "quoted" \\ \n\t\u0001\u007f é 😀 </script>';

/** A tenant with so many entries. */
async function audited(count: number): Promise<TestTenant> {
  const tenant = await testTenant(database.store);
  for (let i = 1; i <= count; i += 1)
    await tenant.run((db) =>
      recordAudit(db, {
        actor: "api-key:1",
        action: `thing.${i}`,
        subject: `thing:${nasty}${i}`,
        details: { i, nasty },
      }),
    );
  return tenant;
}

test("[SEC-05] entries of writers side by side make one chain, which verifies", async () => {
  const tenant = await audited(3);
  await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      tenant.run((db) => recordAudit(db, { actor: `a${i % 3}`, action: "race", subject: `s${i}` })),
    ),
  );
  const verified = await tenant.run((db) => verifyAudit(db));
  expect(verified).toMatchObject({ valid: true, entries: 43, faults: [], pseudonymised: 0, head: { seq: 43 } });
  const { items } = await tenant.run((db) => listAudit(db, {}, { limit: 200 }));
  expect(items.map(({ seq }) => seq)).toEqual(Array.from({ length: 43 }, (_, i) => 43 - i));
  expect(items.at(-1)).toMatchObject({ subject: `thing:${nasty}1`, details: { i: 1, nasty } });
});

test("an entry of a transaction that comes to nothing leaves no gap", async () => {
  const tenant = await audited(1);
  const failed = tenant.run(async (db) => {
    await recordAudit(db, { actor: "a", action: "b", subject: "c" });
    throw new Error("no");
  });
  await expect(failed).rejects.toThrow("no");
  await tenant.run((db) => recordAudit(db, { actor: "a", action: "b", subject: "c" }));
  expect(await tenant.run((db) => verifyAudit(db))).toMatchObject({ valid: true, entries: 2 });
});

test("entries are found by actor, action, subject and time, page by page", async () => {
  const tenant = await audited(5);
  await tenant.run((db) => recordAudit(db, { actor: "api-key:2", action: "thing.2", subject: "x" }));
  const found = (filter: object) => tenant.run(async (db) => (await listAudit(db, filter, {})).items.map((e) => e.seq));
  expect(await found({ actor: "api-key:2" })).toEqual([6]);
  expect(await found({ action: "thing.2" })).toEqual([6, 2]);
  expect(await found({ action: "thing.2", subject: "x" })).toEqual([6]);
  const { items } = await tenant.run((db) => listAudit(db, {}, {}));
  expect(await found({ to: items[0]?.at, action: "thing.1" })).toEqual([1]);
  expect(await found({ from: "2999-01-01T00:00:00Z" })).toEqual([]);
  const first = await tenant.run((db) => listAudit(db, {}, { limit: 4 }));
  const second = await tenant.run((db) => listAudit(db, {}, { limit: 4, cursor: first.nextCursor ?? "" }));
  expect([...first.items, ...second.items].map(({ seq }) => seq)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(second.nextCursor).toBeNull();
  await expect(
    tenant.run((db) => listAudit(db, { action: "other" }, { cursor: first.nextCursor ?? "" })),
  ).rejects.toMatchObject({ code: "CURSOR_MISMATCH" });
});

/** What the database's owner can do with the triggers off, and where it shows. */
const tampering: readonly (readonly [string, string, readonly object[]])[] = [
  [
    "the actor is altered",
    "update audit_log set actor = 'x' where tenant_id = $1 and seq = 3",
    [{ seq: 3, fault: "altered" }],
  ],
  [
    "the subject is altered",
    "update audit_log set subject = 'x' where tenant_id = $1 and seq = 3",
    [{ seq: 3, fault: "altered" }],
  ],
  [
    "the action is altered",
    "update audit_log set action = 'x' where tenant_id = $1 and seq = 3",
    [{ seq: 3, fault: "altered" }],
  ],
  [
    "details are altered",
    "update audit_log set details = '{}' where tenant_id = $1 and seq = 3",
    [{ seq: 3, fault: "altered" }],
  ],
  [
    "the time is altered",
    "update audit_log set at = at - interval '1 microsecond' where tenant_id = $1 and seq = 3",
    [{ seq: 3, fault: "altered" }],
  ],
  [
    "it is made to look pseudonymised",
    "update audit_log set actor = 'x', details = null, salt = null, pseudonymised_at = now() where tenant_id = $1 and seq = 3",
    [{ seq: 3, fault: "altered" }],
  ],
  ["a row is removed", "delete from audit_log where tenant_id = $1 and seq = 3", [{ seq: 3, fault: "missing" }]],
  [
    "the first row is removed",
    "delete from audit_log where tenant_id = $1 and seq = 1",
    [{ seq: 1, fault: "missing" }],
  ],
  ["the last row is removed", "delete from audit_log where tenant_id = $1 and seq = 5", [{ seq: 5, fault: "missing" }]],
  [
    "all rows are removed",
    "delete from audit_log where tenant_id = $1",
    [1, 2, 3, 4, 5].map((seq) => ({ seq, fault: "missing" })),
  ],
  [
    "a copy is put behind the last",
    "insert into audit_log select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'seq', 6))).* from audit_log a where tenant_id = $1 and seq = 2",
    [{ seq: 6, fault: "unlinked" }],
  ],
  [
    "a well-made row is put behind the last",
    `with forged as (select jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'seq', 6, 'previous_hash', a.hash)) as r from audit_log a where tenant_id = $1 and seq = 5)
     insert into audit_log select (jsonb_populate_record(r, jsonb_build_object('hash', audit_entry_hash(r)))).* from forged`,
    [{ seq: 6, fault: "unlinked" }],
  ],
  [
    "two rows change places",
    "update audit_log set seq = 9 - seq + 0 where tenant_id = $1 and seq in (4, 5)",
    [
      { seq: 4, fault: "altered" },
      { seq: 5, fault: "altered" },
      { seq: 5, fault: "rewritten" },
    ],
  ],
  [
    "a row is altered and its hash made to fit",
    `with altered as (select jsonb_populate_record(a, '{"actor": "x"}') as r from audit_log a where tenant_id = $1 and seq = 3),
      content as (select jsonb_populate_record(r, jsonb_build_object('content_hash', audit_content_hash(r))) as r from altered),
      whole as (select (jsonb_populate_record(r, jsonb_build_object('hash', audit_entry_hash(r)))).* from content)
     update audit_log a set actor = w.actor, content_hash = w.content_hash, hash = w.hash from whole w where a.tenant_id = $1 and a.seq = 3`,
    [{ seq: 4, fault: "unlinked" }],
  ],
];

test.each(tampering)(
  "[SEC-05] with the triggers off, as the owner: %s, and it is found",
  async (_, statement, faults) => {
    const [tenant, bystander] = [await audited(5), await audited(2)];
    expect(await tenant.run((db) => verifyAudit(db))).toMatchObject({ valid: true, entries: 5 });
    await owner.query("begin");
    await owner.query("alter table audit_log disable trigger user");
    await owner.query("alter table audit_log drop constraint audit_log_tenant_id_seq_key");
    await owner.query("select set_config('app.tenant', $1, true)", [tenant.id]);
    const { rowCount } = await owner.query(statement, [tenant.id]);
    expect(rowCount).toBeGreaterThan(0);
    await owner.query("alter table audit_log add constraint audit_log_tenant_id_seq_key unique (tenant_id, seq)");
    await owner.query("alter table audit_log enable trigger user");
    await owner.query("commit");
    const verified = await tenant.run((db) => verifyAudit(db));
    expect(verified.valid).toBe(false);
    expect(verified.faults.map(({ seq, fault }) => ({ seq, fault }))).toEqual(faults);
    expect(await bystander.run((db) => verifyAudit(db))).toMatchObject({ valid: true });
  },
);

test("[SEC-05] a chain that was made anew from end to end is found by a head that was kept elsewhere", async () => {
  const tenant = await audited(2);
  const { head } = await tenant.run((db) => verifyAudit(db));
  await tenant.run((db) => recordAudit(db, { actor: "a", action: "b", subject: "c" }));
  expect(await tenant.run((db) => verifyAudit(db, head))).toMatchObject({ valid: true, entries: 3 });
  expect(await tenant.run((db) => verifyAudit(db, { seq: 2, hash: "0".repeat(64) }))).toMatchObject({
    valid: false,
    faults: [{ seq: 2, fault: "rewritten" }],
  });
  expect(await tenant.run((db) => verifyAudit(db, { seq: 9, hash: head.hash }))).toMatchObject({
    valid: false,
    faults: [{ seq: 9, fault: "missing" }],
  });
});

test("[SEC-05] nobody can change, remove or empty entries, and whoever inserts one says nothing of its place", async () => {
  const tenant = await audited(2);
  for (const column of ["actor", "subject", "details", "hash", "living_tenant"])
    await expect(
      database.store.tenant(tenant.id, (db) =>
        db
          .updateTable("audit_log")
          .set({ [column]: null })
          .execute(),
      ),
      column,
    ).rejects.toMatchObject({ code: "42501" });
  await expect(tenant.run((db) => db.deleteFrom("audit_log").execute())).rejects.toMatchObject({ code: "42501" });
  for (const statement of [
    "update audit_log set subject = 'x'",
    "update audit_log set living_tenant = null",
    "delete from audit_log",
    "truncate audit_log",
    "truncate tenants cascade",
  ])
    await expect(owner.query(statement), statement).rejects.toThrow("append-only");
  const client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  await client.query("select set_config('app.tenant', $1, false)", [tenant.id]);
  await client.query(
    "insert into audit_log (tenant_id, id, actor, action, subject, seq, hash, at) values ($1, gen_random_uuid(), 'a', 'b', 'c', 77, 'h', '1999-01-01')",
    [tenant.id],
  );
  await client.end();
  expect(await tenant.run((db) => verifyAudit(db))).toMatchObject({ valid: true, entries: 3, head: { seq: 3 } });
});

test("[TEN-05] with its tenant an entry loses what it says of people and things, its place in the chain stays and verifies", async () => {
  const tenant = await audited(4);
  await tenant.run((db) => recordAudit(db, { actor: "platform", action: "last", subject: `thing:${nasty}1` }));
  const before = await tenant.run((db) => listAudit(db, {}, {}));
  await database.store.platform((db) => db.deleteFrom("tenants").where("id", "=", tenant.id).execute());
  const { items } = await tenant.run((db) => listAudit(db, {}, {}));
  expect(items.map(({ seq, action, hash, at }) => ({ seq, action, hash, at }))).toEqual(
    before.items.map(({ seq, action, hash, at }) => ({ seq, action, hash, at })),
  );
  expect(JSON.stringify(items)).not.toMatch(/thing:|api-key|nasty/);
  expect(items[0]).toMatchObject({ actor: "platform", subject: items.at(-1)?.subject, details: null });
  expect(new Set(items.map(({ subject }) => subject)).size).toBe(4);
  expect(await tenant.run((db) => verifyAudit(db))).toMatchObject({ valid: true, entries: 5, pseudonymised: 5 });
  await expect(owner.query("update audit_log set subject = 'x'")).rejects.toThrow("append-only");
  await tenant.run((db) => recordAudit(db, { actor: "platform", action: "after", subject: "tenant" }));
  expect(await tenant.run((db) => verifyAudit(db))).toMatchObject({ valid: true, entries: 6, pseudonymised: 5 });
});

test("a deletion that begins among starts and changes waits for them, and they for it, and never in a circle", async () => {
  for (let round = 0; round < 8; round += 1) {
    const tenant = await testTenant(database.store);
    const audited = (work: (db: TenantDb) => Promise<unknown>): Promise<string> =>
      tenant
        .run(async (db) => {
          await work(db);
          await recordAudit(db, { actor: "a", action: "b", subject: "c" });
        })
        .then(
          () => "done",
          (error: { readonly code?: string }) => error.code ?? "failed",
        );
    const pinned = { workflowKey: "w", version: 1, definitionHash: "d", programHash: "p", semantics: 2 } as const;
    const some = (): Promise<string>[] =>
      Array.from({ length: 6 }, (_, i) =>
        audited((db) =>
          i % 2 === 0
            ? insertRun(db, { ...pinned, id: newId(), input: i })
            : sql`update workflow_definitions set updated_at = now()`.execute(db),
        ),
      );
    const [before, begun, behind] = [
      some(),
      tenant.run((db) => beginDeletion(db, { mode: "terminate", graceMs: 0, by: "platform" })),
      some(),
    ];
    expect(new Set(await Promise.all([...before, ...behind]))).toEqual(new Set(["done"]));
    expect(await begun).toMatchObject({ mode: "terminate", stage: "runs" });
    expect(await tenant.run((db) => verifyAudit(db))).toMatchObject({ valid: true, entries: 13 });
  }
});
