import { insertRun, newId } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

const customers = ['O"Brien & Söhne', "50%_off", "50XYoff", "back\\slash", "日本橋"];
let on: TestServer;
const byCustomer = new Map<string, string>();
const many: { readonly id: string; readonly status: string; readonly at: string }[] = [];

beforeAll(async () => {
  on = await testServer();
  const { client } = on.one;
  const definition = (key: string) =>
    smallDefinition(key, {
      payload: {
        type: "object",
        properties: { customer: { type: "string" }, card: { type: "string", sensitive: true } },
      },
    });
  for (const key of ["shop", "many"]) {
    await client.workflows.create({ body: { definition: definition(key) } });
    await client.workflows.publish({ params: { key } });
  }
  for (const customer of customers) {
    const started = await client.runs.start({
      params: { key: "shop" },
      body: { payload: { customer, card: "4111-secret-1111" } },
    });
    if (!("runId" in started)) throw new Error("the run has ended");
    byCustomer.set(customer, started.runId);
  }
  const { definitionHash, programHash } = await client.workflows.getVersion({ params: { key: "many", version: 1 } });
  for (let i = 0; i < 30; i += 1) {
    const [id, status] = [newId(), i % 2 === 0 ? "SUCCEEDED" : "FAILED"];
    await on.database.store.tenant(on.one.id, (db) =>
      insertRun(db, {
        id,
        workflowKey: "many",
        version: 1,
        definitionHash,
        programHash,
        semantics: 2,
        input: { customer: i < 10 ? "Ada & Söhne" : "somebody" },
      }),
    );
    // Microseconds apart, as runs that start together are.
    const at = new Date(Date.UTC(2026, 0, 1, 0, 0, 0, i < 20 ? 0 : 5)).toISOString();
    await asOwner(
      on.database,
      "update workflow_runs set status = $3, created_at = $4::timestamptz + $5::int * interval '1 microsecond' where tenant_id = $1 and id = $2",
      [on.one.id, id, status, at, i],
    );
    many.push({ id, status, at });
  }
});
afterAll(() => on.close());

test("runs are counted by status with the filters of the list, and never by text", async () => {
  const { runs } = on.one.client;
  const { counts, more } = await runs.counts({ query: { workflow: "many" } });
  expect(counts).toEqual({ QUEUED: 0, RUNNING: 0, WAITING: 0, PAUSED: 0, SUCCEEDED: 15, FAILED: 15, CANCELED: 0 });
  expect(more).toBe(false);
  const ofOne = await runs.counts({ query: { workflow: "many", status: ["FAILED"], to: "2026-01-01T00:00:00.003Z" } });
  expect(ofOne.counts).toMatchObject({ SUCCEEDED: 0, FAILED: 10 });
  expect(Object.values((await on.other.client.runs.counts()).counts).every((count) => count === 0)).toBe(true);
  await expect(runs.counts({ query: { q: "4111" } as never })).rejects.toMatchObject({ code: "REQUEST_INVALID" });
});

async function ask(query: string): Promise<{ readonly status: number; readonly text: string; readonly ids: string[] }> {
  const reply = await fetch(`${on.url}/api/v1/runs?${query}`, {
    headers: { authorization: `Bearer ${on.one.keys.viewer}` },
  });
  const text = await reply.text();
  const { items = [] } = JSON.parse(text) as { items?: readonly { readonly id: string }[] };
  return { status: reply.status, text, ids: items.map(({ id }) => id) };
}
const found = async (query: { readonly [name: string]: string }): Promise<string[]> =>
  (await ask(new URLSearchParams({ limit: "200", ...query }).toString())).ids;
const sorted = (ids: readonly string[]): string[] => [...ids].sort();

test("[CAS-01] [CASE-36] each text finds exactly its own run, whatever stands in it", async () => {
  for (const customer of customers) expect(await found({ q: customer }), customer).toEqual([byCustomer.get(customer)]);
  expect(await found({ q: 'o"brien & SÖHNE' })).toEqual([byCustomer.get('O"Brien & Söhne')]);
  expect(await found({ q: "50%" })).toEqual([byCustomer.get("50%_off")]);
  expect(await found({ q: "日本橋".repeat(2) })).toEqual([]);
});

test("[CASE-36] filters narrow each other, always", async () => {
  const of = (which: (run: (typeof many)[number], i: number) => boolean): string[] =>
    sorted(many.filter(which).map(({ id }) => id));
  expect(sorted(await found({ workflow: "many" }))).toEqual(of(() => true));
  expect(sorted(await found({ workflow: "many", status: "FAILED" }))).toEqual(of(({ status }) => status === "FAILED"));
  expect(sorted(await found({ workflow: "many", q: "Söhne" }))).toEqual(of((_, i) => i < 10));
  expect(sorted(await found({ q: "Söhne", status: "SUCCEEDED" }))).toEqual(
    of(({ status }, i) => i < 10 && status === "SUCCEEDED"),
  );
  expect(await found({ q: 'O"Brien', status: "FAILED" })).toEqual([]);
  const late = "2026-01-01T00:00:00.004Z";
  expect(sorted(await found({ workflow: "many", status: "FAILED", from: late, to: "2026-01-02T00:00:00Z" }))).toEqual(
    of(({ status }, i) => i >= 20 && status === "FAILED"),
  );
  expect((await ask("workflow=many&status=FAILED&status=SUCCEEDED&limit=200")).ids).toHaveLength(30);
});

test("[CAS-01] [CASE-36] pages have each row once although microseconds part them, and a cursor belongs to its filter and tenant", async () => {
  const seen: string[] = [];
  let cursor = "";
  do {
    const page = await ask(`workflow=many&limit=7${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`);
    seen.push(...page.ids);
    cursor = (JSON.parse(page.text) as { nextCursor: string | null }).nextCursor ?? "";
  } while (cursor !== "");
  expect(seen).toEqual(many.map(({ id }) => id).reverse());
  const first = JSON.parse((await ask("workflow=many&limit=7")).text) as { nextCursor: string };
  const other = await ask(`workflow=many&status=FAILED&limit=7&cursor=${encodeURIComponent(first.nextCursor)}`);
  expect([other.status, (JSON.parse(other.text) as { code: string }).code]).toEqual([422, "CURSOR_MISMATCH"]);
  const foreign = await fetch(
    `${on.url}/api/v1/runs?workflow=many&limit=7&cursor=${encodeURIComponent(first.nextCursor)}`,
    { headers: { authorization: `Bearer ${on.other.keys.viewer}` } },
  );
  expect(foreign.status).toBe(422);
});

test("[CASE-36] an unknown filter or status is refused with its name, and no query is a 5xx", async () => {
  for (const [query, name] of [
    ["colour=red", "colour"],
    ["status=DONE", "status"],
    ["status=FAILED&status=DONE", "status"],
    ["workflow=many&Status=FAILED", "Status"],
    ["from=yesterday", "from"],
    ["limit=201", "limit"],
    ["limit=0", "limit"],
    ["q=ab", "q"],
  ] as const) {
    const { status, text } = await ask(query);
    expect([status, text], query).toEqual([422, expect.stringContaining(name)]);
  }
  const strange = [
    "%00%00%00",
    "%",
    "%25%25%25",
    "'''",
    "\\\\\\",
    "a%27%3B--",
    "%F0%9F%92%A9%F0%9F%92%A9%F0%9F%92%A9",
    "___",
    "%ED%A0%80abc",
    "(((",
  ];
  for (const q of strange)
    for (const name of ["q", "state", "trigger", "workflow", "runId", "parentRunId", "cursor", "from"])
      expect((await ask(`${name}=${q}`)).status, `${name}=${q}`).toBeLessThan(500);
});

test("[CAS-01] [CASE-36] [TEN-03] a search never finds a value under a sensitive field, and rows show it masked", async () => {
  expect(await found({ q: "4111-secret" })).toEqual([]);
  expect(await found({ q: "secret" })).toEqual([]);
  const { text } = await ask("workflow=shop&limit=200");
  expect(text).not.toContain("4111-secret");
  const id = byCustomer.get("日本橋") ?? "";
  expect((await on.one.client.runs.get({ params: { id } })).input).not.toMatchObject({ card: "4111-secret-1111" });
});

test("[CAS-01] [CASE-36] [TEN-03] a business state that shows masked is neither found nor counted by its text, nor met in bulk", async () => {
  const [hidden, open] = ["日本橋", "50%_off"].map((customer) => byCustomer.get(customer) ?? "");
  const states = [
    [hidden, "paid by 4111-secret-1111"],
    [open, "paid by invoice"],
  ] as const;
  for (const [id, state] of states)
    await asOwner(on.database, "update workflow_runs set state = to_jsonb($3::text) where tenant_id = $1 and id = $2", [
      on.one.id,
      id,
      state,
    ]);
  const { runs } = on.one.client;
  expect((await runs.get({ params: { id: hidden ?? "" } })).state).toBe("paid by [REDACTED]");
  for (const [id, state] of states) {
    const met = id === open ? [open] : [];
    expect((await runs.list({ query: { state } })).items.map((row) => row.id)).toEqual(met);
    const { counts } = await runs.counts({ query: { state } });
    expect(Object.values(counts).reduce((sum, n) => sum + n, 0)).toBe(met.length);
    const plan = await runs.bulk({ body: { action: "cancel", filter: { state }, dryRun: true } });
    expect(plan.items.map(({ runId }) => runId)).toEqual(met);
  }
});
