import { MainspringError } from "@mainspring/core";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "./ids.ts";
import { writeProvisional } from "./journal.ts";
import { listRuns } from "./runs.ts";
import type { RunFilter } from "./runs.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";
import { acceptedRun, testTenant } from "./testing/test-tenant.ts";
import type { TestTenant } from "./testing/test-tenant.ts";
import { stepsOf } from "./steps.ts";

let database: ClonedDatabase;
beforeAll(async () => {
  database = await clonedDatabase();
});
afterAll(() => database.drop());

const at = "2031-03-30T00:30:00.000Z";

async function found(tenant: TestTenant, filter: RunFilter): Promise<string[]> {
  return (await tenant.run((db) => listRuns(db, filter, { limit: 200 }))).items.map(({ id }) => id);
}

test("[CASE-36] a text is found literally, in any case, and in its own run only", async () => {
  const tenant = await testTenant(database.store);
  const customers = ['O"Brien & Söhne', "50%_off", "50XYoff", "back\\slash", "日本橋"];
  const ids = new Map<string, string>();
  for (const customer of customers) ids.set(customer, await acceptedRun(tenant, { input: { customer } }));
  for (const customer of customers) expect(await found(tenant, { q: customer }), customer).toEqual([ids.get(customer)]);
  expect(await found(tenant, { q: 'O"BRIEN' })).toEqual([ids.get('O"Brien & Söhne')]);
  expect(await found(tenant, { q: ids.get("50XYoff")?.slice(4, 30) ?? "" })).toContain(ids.get("50XYoff"));
  expect(await found(tenant, { q: "SÖHNE" })).toEqual([ids.get('O"Brien & Söhne')]);
  expect(await found(tenant, { q: "nobody" })).toEqual([]);
});

test("[CASE-36] filters narrow each other", async () => {
  const tenant = await testTenant(database.store);
  const ids: string[] = [];
  for (let i = 0; i < 6; i += 1) {
    const id = await acceptedRun(tenant, {
      workflowKey: i % 2 === 0 ? "orders" : "returns",
      trigger: { type: i < 3 ? "api" : "event" },
    });
    ids.push(id);
    const status = i < 2 ? "FAILED" : i < 4 ? "SUCCEEDED" : "WAITING";
    await tenant.run((db) =>
      writeProvisional(db, {
        runId: id,
        fence: { epoch: 1, ordinal: 1, historyLength: 5 },
        nextSeq: 3,
        entries: [
          { seq: 1, at, kind: "state", data: i === 5 ? { deep: true } : `state ${i % 3}` },
          { seq: 2, at, kind: "run", status },
        ],
      }),
    );
  }
  const of = (...places: number[]): (string | undefined)[] => places.map((place) => ids[place]);
  expect(await found(tenant, {})).toEqual(of(5, 4, 3, 2, 1, 0));
  expect(await found(tenant, { workflow: "orders" })).toEqual(of(4, 2, 0));
  expect(await found(tenant, { workflow: "orders", status: ["FAILED", "SUCCEEDED"] })).toEqual(of(2, 0));
  expect(await found(tenant, { status: ["WAITING"], trigger: "event" })).toEqual(of(5, 4));
  expect(await found(tenant, { state: "state 1" })).toEqual(of(4, 1));
  expect(await found(tenant, { state: '{"deep":true}' })).toEqual(of(5));
  expect(await found(tenant, { state: "state 1", trigger: "api" })).toEqual(of(1));
  expect(await found(tenant, { runId: ids[3]?.toUpperCase() ?? "" })).toEqual(of(3));
  expect(await found(tenant, { runId: "no uuid" })).toEqual([]);
  const { rows } = await tenant.run((db) =>
    sql<{ at: string }>`select created_at::text as at from workflow_runs where id = ${ids[3]}`.execute(db),
  );
  expect(await found(tenant, { from: rows[0]?.at ?? "" })).toEqual(of(5, 4, 3));
  expect(await found(tenant, { to: rows[0]?.at ?? "" })).toEqual(of(2, 1, 0));
});

test("pages tell every row once, also where microseconds part them and while new ones come in", async () => {
  const tenant = await testTenant(database.store);
  const ids = [];
  for (let i = 0; i < 25; i += 1) ids.push(await acceptedRun(tenant));
  await tenant.run((db) =>
    sql`update workflow_runs set created_at = timestamptz '2021-01-01' + (row_number / 3) * interval '1 microsecond'
    from (select id as numbered, row_number() over (order by id) from workflow_runs) n where id = numbered`.execute(db),
  );
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await tenant.run((db) => listRuns(db, {}, { limit: 4, cursor }));
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
    await acceptedRun(tenant);
  } while (cursor !== undefined);
  expect(seen).toEqual(ids.toSorted().toReversed());
});

test("a cursor of another filter, list or tenant, or one that was made up, is refused", async () => {
  const [tenant, other] = [await testTenant(database.store), await testTenant(database.store)];
  const id = await acceptedRun(tenant);
  for (let i = 0; i < 3; i += 1) await acceptedRun(tenant);
  const { nextCursor } = await tenant.run((db) => listRuns(db, { workflow: "w" }, { limit: 2 }));
  if (nextCursor === null) throw new Error("There is one page only.");
  const refused = async (work: Promise<unknown>): Promise<void> => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MainspringError);
    expect(error).toMatchObject({ code: "CURSOR_MISMATCH" });
  };
  expect(
    (await tenant.run((db) => listRuns(db, { workflow: "w" }, { limit: 2, cursor: nextCursor }))).items,
  ).toHaveLength(2);
  await refused(tenant.run((db) => listRuns(db, { workflow: "v" }, { cursor: nextCursor })));
  await refused(other.run((db) => listRuns(db, { workflow: "w" }, { cursor: nextCursor })));
  await refused(tenant.run((db) => stepsOf(db, id, { cursor: nextCursor })));
  const held = JSON.parse(Buffer.from(nextCursor, "base64url").toString()) as { s: string };
  for (const key of [["1; drop", id], ["1", "no uuid"], [1, id], ["1"], "1", null]) {
    await refused(
      tenant.run((db) =>
        listRuns(
          db,
          { workflow: "w" },
          { cursor: Buffer.from(JSON.stringify({ ...held, k: key })).toString("base64url") },
        ),
      ),
    );
  }
  for (const cursor of ["", "x", "{}", newId()])
    await refused(tenant.run((db) => listRuns(db, { workflow: "w" }, { cursor })));
});
