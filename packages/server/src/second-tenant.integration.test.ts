import { listRoutes } from "@mainspring/api";
import { insertRun, newId, recordDecision } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeOpenTask } from "./testing/journals.ts";
import { rowsOf } from "./testing/rows-of.ts";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer, TestTenant } from "./testing/test-server.ts";

/** Beside each route by its address (roles.integration.test.ts): whatever else of a request can name what another tenant has. */
let on: TestServer;
let theirs: {
  readonly runId: string;
  readonly eventId: string;
  readonly scheduleId: string;
  readonly taskId: string;
  readonly cursors: { readonly [list: string]: string };
  readonly planHash: string;
};
const key = "their-plan";
/** Whatever a reply to another tenant may not hold. */
const theirWords = ["their-plan", "their.event", "their note", "their-space"];

beforeAll(async () => {
  on = await testServer();
  theirs = await furnish(on.one);
});
afterAll(() => on?.close());

async function furnish({ id: tenantId, client }: TestTenant): Promise<typeof theirs> {
  await client.workflows.create({ body: { definition: smallDefinition(key) } });
  const { definitionHash } = await client.workflows.publish({ params: { key } });
  const pinned = { workflowKey: key, version: 1, definitionHash, programHash: "0".repeat(64), semantics: 2 } as const;
  const runIds = [newId(), newId()];
  const [runId = "", childId = ""] = runIds;
  await on.database.store.tenant(tenantId, async (db) => {
    await insertRun(db, { ...pinned, id: runId, input: { note: "their note" } });
    await insertRun(db, { ...pinned, id: childId, input: {}, parentRunId: runId, rootRunId: runId });
  });
  const accept = async (eventId: string): Promise<string> => {
    const receipt = await client.events.accept({
      body: { name: "their.event", id: eventId, source: "their-source", correlationKey: "k", payload: {} },
    });
    if (Array.isArray(receipt)) throw new Error("one event has one receipt");
    return receipt.eventId;
  };
  const eventId = await accept("e-1");
  await accept("e-2");
  const { id: scheduleId } = await client.schedules.create({ body: { workflow: key, spec: { everyMs: 3_600_000 } } });
  await client.schedules.create({ body: { workflow: key, spec: { everyMs: 7_200_000 } } });
  await on.database.store.tenant(tenantId, async (db) => {
    for (const outcome of ["fired", "filtered"] as const)
      await recordDecision(db, { outcome, eventId, scheduleId, runId, workflowKey: key, triggerId: "t", values: {} });
  });
  const asked = { title: key, asks: { assignTo: { users: ["ada"] } }, form: { schema: {} } };
  const at = { tenantId, runId };
  const taskId = await writeOpenTask(on.database.store, at, asked);
  for (const name of ["a", "b"]) {
    await client.dataStore.put({ params: { namespace: "their-space", key: name }, body: { value: 1 } });
    await client.savedViews.create({ body: { name, filter: { q: key } } });
  }
  const { planHash } = await client.runs.bulk({ body: { action: "cancel", filter: { workflow: key }, dryRun: true } });
  const first = { query: { limit: 1 } };
  const cursors = {
    runs: (await client.runs.list(first)).nextCursor,
    events: (await client.events.list(first)).nextCursor,
    decisions: (await client.decisions.list(first)).nextCursor,
    schedules: (await client.schedules.list(first)).nextCursor,
    audit: (await client.audit.list(first)).nextCursor,
  };
  for (const [list, cursor] of Object.entries(cursors)) if (cursor === null) throw new Error(`no cursor of ${list}`);
  return { runId, eventId, scheduleId, taskId, planHash, cursors: cursors as { [list: string]: string } };
}

async function textAs(tenant: TestTenant, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { authorization: `Bearer ${tenant.keys.admin}` };
  const reply = await fetch(`${on.url}/api/v1${path}`, { headers });
  return { status: reply.status, text: await reply.text() };
}

/** A question that finds something for its own tenant. */
const questions: readonly (readonly [path: string, named: string])[] = [
  ["/runs", "workflow=their-plan"],
  ["/runs", "q=their-plan"],
  ["/runs", "q=their%20note"],
  ["/runs", "runId=<run>"],
  ["/runs", "parentRunId=<run>"],
  ["/events", "source=their-source&id=e-1"],
  ["/events", "name=their.event"],
  ["/events", "correlationKey=k"],
  ["/decisions", "eventId=<event>"],
  ["/decisions", "scheduleId=<schedule>"],
  ["/decisions", "runId=<run>"],
  ["/decisions", "workflow=their-plan"],
  ["/decisions", "source=their-source&id=e-1"],
  ["/tasks", "runId=<run>"],
  ["/tasks", "workflow=their-plan"],
  ["/tasks", "assignee=ada"],
  ["/schedules", "workflow=their-plan"],
  ["/audit", "subject=workflow:their-plan"],
];

test.each(questions)(
  "[TEN-02] GET %s?%s finds what its own tenant has, and nothing for another",
  async (path, named) => {
    const query = named
      .replace("<run>", theirs.runId)
      .replace("<event>", theirs.eventId)
      .replace("<schedule>", theirs.scheduleId);
    const own = await textAs(on.one, `${path}?${query}`);
    expect((JSON.parse(own.text) as { items: unknown[] }).items.length, own.text).toBeGreaterThan(0);
    const foreign = await textAs(on.other, `${path}?${query}`);
    expect(foreign.status).toBe(200);
    expect((JSON.parse(foreign.text) as { items: unknown[] }).items).toEqual([]);
  },
);

test("[TEN-02] no list of another tenant has anything, whatever stands in the first one's", async () => {
  const lists = listRoutes().filter(
    ({ route }) => route.method === "GET" && route.params === undefined && !["public", "platform"].includes(route.role),
  );
  expect(lists.length).toBeGreaterThan(15);
  for (const { id, route } of lists) {
    const query = id === "runs.diff" ? `?a=${theirs.runId}&b=${theirs.runId}` : "";
    const { text } = await textAs(on.other, `${route.path}${query}`);
    for (const word of [...theirWords, theirs.runId, theirs.eventId, theirs.scheduleId, theirs.taskId, on.one.id])
      expect(text, `${id}: ${word}`).not.toContain(word);
  }
});

test("[TEN-02] a cursor of another tenant's list is refused, and says nothing of what it stands for", async () => {
  for (const [list, cursor] of Object.entries(theirs.cursors)) {
    const { status, text } = await textAs(on.other, `/${list}?limit=1&cursor=${encodeURIComponent(cursor)}`);
    expect([list, status, JSON.parse(text)]).toMatchObject([list, 422, { code: "CURSOR_MISMATCH" }]);
    expect(text).not.toContain(theirs.runId);
  }
});

test("[TEN-02] what a body names of another tenant is not there: runs, plans, invocations, events, sealed payloads, workflows", async () => {
  const { client } = on.other;
  const before = await rowsOf(on, on.one.id);
  const refused = (asked: Promise<unknown>, more: object): Promise<unknown> =>
    expect(asked).rejects.toMatchObject(more);
  await client.workflows.create({ body: { definition: smallDefinition("mine") } });
  await client.workflows.publish({ params: { key: "mine" } });
  const cancelAll = { action: "cancel", filter: { runId: theirs.runId } } as const;
  expect((await client.runs.bulk({ body: { ...cancelAll, dryRun: true } })).items).toEqual([]);
  expect((await client.runs.bulk({ body: cancelAll })).items).toEqual([]);
  expect((await client.runs.whyMany({ body: { ids: [theirs.runId] } })).items).toEqual([]);
  await refused(client.workflows.whatIf({ params: { key: "mine" }, body: { runIds: [theirs.runId] } }), {
    status: 404,
  });
  await refused(client.runs.diff({ query: { a: theirs.runId, b: theirs.runId } }), { status: 404 });
  const event = { name: "mine", id: "m-1", payload: {} };
  await refused(client.events.accept({ body: { ...event, runId: theirs.runId } }), { status: 404 });
  await refused(client.schedules.create({ body: { workflow: key, spec: { everyMs: 60_000 } } }), { status: 404 });
  await refused(client.workflows.exportMany({ body: { keys: [key] } }), { status: 404 });
  expect(await client.deadLetters.redeliver({ body: { filter: { name: "their.event" } } })).toMatchObject({
    matched: 0,
  });
  // The same key, id and name are another thing here.
  await client.workflows.create({ body: { definition: smallDefinition(key) } });
  expect(
    await client.events.accept({ body: { name: "their.event", id: "e-1", source: "their-source" } }),
  ).toMatchObject({
    duplicate: false,
  });
  expect(await rowsOf(on, on.one.id)).toEqual(before);
});

test("[TEN-02] an Idempotency-Key of one tenant stands for nothing of another", async () => {
  const params = { key: "twice" };
  for (const { client } of [on.one, on.other]) {
    await client.workflows.create({ body: { definition: smallDefinition("twice") } });
    await client.workflows.publish({ params });
  }
  const start = async ({ client }: TestTenant): Promise<string> => {
    const started = await client.runs.start({ params, body: { payload: { n: 1 } }, idempotencyKey: "once" });
    return "runId" in started ? started.runId : started.id;
  };
  const [one, other] = [await start(on.one), await start(on.other)];
  expect(other).not.toBe(one);
  expect([await start(on.one), await start(on.other)]).toEqual([one, other]);
});

test("[TEN-02] metrics name no tenant, key or id", async () => {
  const text = await (await fetch(`${on.url}/metrics`)).text();
  expect(text).toContain("mainspring_http_requests_total");
  for (const word of [on.one.id, on.other.id, theirs.runId, theirs.eventId, ...theirWords])
    expect(text, word).not.toContain(word);
});
