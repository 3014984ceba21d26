import type { ScheduleReply } from "@mainspring/api";
import { putCalendar } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
  const { workflows } = on.one.client;
  await workflows.create({
    body: {
      definition: smallDefinition("nightly", {
        payload: {
          type: "object",
          required: ["n"],
          properties: { n: { type: "integer" }, pin: { type: "string", sensitive: true } },
        },
      }),
    },
  });
  await workflows.publish({ params: { key: "nightly" } });
  await workflows.create({ body: { definition: smallDefinition("draft-only") } });
});
afterAll(() => on.close());

interface Reply {
  readonly status: number;
  readonly etag: string | null;
  readonly body: { readonly [name: string]: unknown } & {
    readonly code?: string;
    readonly items?: ScheduleReply[];
    readonly issues?: readonly { readonly code: string; readonly pointer: string }[];
  };
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: { [name: string]: string } = {},
): Promise<Reply> {
  const reply = await fetch(`${on.url}/api/v1/schedules${path}`, {
    method,
    headers: {
      authorization: `Bearer ${on.one.keys.author}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, etag: reply.headers.get("etag"), body: text === "" ? {} : JSON.parse(text) };
}

const daily = { cron: "30 2 * * *", zone: "America/Chicago" };
const count = async (): Promise<number> => (await ask("GET", "?limit=200")).body.items?.length ?? 0;

test("a schedule is created, read, changed under its revision, paused with a note and deleted", async () => {
  const created = await ask("POST", "", { workflow: "nightly", spec: daily, payload: { n: 1, pin: "pin-1234" } });
  expect(created).toMatchObject({
    status: 201,
    etag: '"1"',
    body: {
      workflow: "nightly",
      name: "nightly",
      kind: "cron",
      spec: daily,
      overlap: "skip",
      catchUpWindowMs: 600_000,
      jitterMs: 0,
      state: "active",
      boundVersion: 1,
      // There is no Temporal behind this server: accepted all the same, and it says so.
      inSync: false,
      syncError: "There is no Temporal here",
    },
  });
  expect(JSON.stringify(created.body)).not.toContain("pin-1234");
  const id = String(created.body["id"]);
  expect(created.body["nextFires"]).toHaveLength(3);
  expect((await ask("GET", `/${id}`)).body).toMatchObject({ id, nextAt: (created.body["nextFires"] as string[])[0] });

  const changed = await ask("PUT", `/${id}`, { spec: { everyMs: 60_000 }, jitterMs: 5_000 }, { "if-match": '"1"' });
  expect(changed).toMatchObject({ status: 200, etag: '"2"', body: { kind: "interval", jitterMs: 5_000, revision: 2 } });
  expect(await ask("PUT", `/${id}`, { note: "late" }, { "if-match": '"1"' })).toMatchObject({
    status: 412,
    body: { code: "REVISION_MISMATCH" },
  });
  const paused = await ask("POST", `/${id}/pause`, { note: "month-end" });
  expect(paused.body).toMatchObject({ state: "paused", stateNote: "month-end", nextAt: null, nextFires: [] });
  expect((await ask("GET", "?state=paused&workflow=nightly")).body.items?.map((item) => item.id)).toEqual([id]);
  expect((await ask("GET", "?state=active&workflow=nightly")).body.items).toEqual([]);
  expect((await ask("POST", `/${id}/enable`)).body).toMatchObject({ code: "SCHEDULE_STATE" });
  expect((await ask("POST", `/${id}/unpause`)).body).toMatchObject({ state: "active", stateNote: null });
  expect((await ask("POST", `/${id}/disable`, { note: "no more" })).body).toMatchObject({ state: "disabled" });
  expect((await ask("POST", `/${id}/enable`)).body).toMatchObject({ state: "active" });
  expect((await ask("DELETE", `/${id}`)).status).toBe(204);
  expect((await ask("GET", `/${id}`)).body).toMatchObject({ code: "SCHEDULE_NOT_FOUND" });
});

test("a schedule that is asked for again with its Idempotency-Key is the same one, by two at once too, and another under that key is refused", async () => {
  const body = { workflow: "nightly", name: "keyed", spec: daily, payload: { n: 1, pin: "pin-1234" } };
  const keyed = { "idempotency-key": "nightly-1" };
  const replies = await Promise.all([1, 2, 3].map(() => ask("POST", "", body, keyed)));
  expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
  const [id, ...others] = new Set(replies.map((reply) => reply.body["id"]));
  expect(others).toEqual([]);
  expect(await ask("POST", "", { ...body, overlap: "allow" }, keyed)).toMatchObject({
    status: 422,
    body: { code: "IDEMPOTENCY_CONFLICT" },
  });
  // What has become of it since does not matter.
  expect((await ask("POST", `/${String(id)}/pause`)).status).toBe(200);
  expect((await ask("POST", "", body, keyed)).body).toMatchObject({ id, state: "paused" });
  expect((await ask("POST", "", body)).body["id"]).not.toBe(id);
  const { items = [] } = (await ask("GET", "?workflow=nightly")).body;
  expect(items.filter((item) => (item as { name?: string }).name === "keyed")).toHaveLength(2);
  for (const item of items) expect((await ask("DELETE", `/${item.id}`)).status).toBe(204);
});

test("[CASE-27] [SCX-01] a preview of a spec is on the clocks of its zone, and stores nothing", async () => {
  const before = await count();
  const { body } = await ask("POST", "/preview", { spec: daily, from: "2027-03-13T00:00:00Z", count: 3 });
  expect(body.items).toEqual([
    { nominalAt: "2027-03-13T08:30:00.000Z", local: "2027-03-13T02:30:00-06:00" },
    { nominalAt: "2027-03-14T08:00:00.000Z", local: "2027-03-14T03:00:00-05:00" },
    { nominalAt: "2027-03-15T07:30:00.000Z", local: "2027-03-15T02:30:00-05:00" },
  ]);
  await on.database.store.tenant(on.one.id, (db) =>
    putCalendar(db, { name: "work", document: { zone: "America/Chicago", week: { "mon-fri": ["09:00-17:00"] } } }),
  );
  const filtered = await ask("POST", "/preview", {
    spec: { cron: "0 9 * * *", zone: "America/Chicago" },
    businessDays: { calendar: "work" },
    from: "2027-03-12T00:00:00Z",
    count: 3,
  });
  // A Friday, then Monday and Tuesday.
  expect(filtered.body.items?.map((item) => (item as unknown as { local: string }).local.slice(0, 10))).toEqual([
    "2027-03-12",
    "2027-03-15",
    "2027-03-16",
  ]);
  expect(await count()).toBe(before);
});

test("[SCX-01] whatever is wrong with a schedule has its code and place, and nothing is stored", async () => {
  const before = await count();
  const spec = daily;
  const ok = { workflow: "nightly", payload: { n: 1 } };
  const cases: readonly (readonly [unknown, number, string, string?])[] = [
    [{ ...ok, spec: { cron: "* * * *" } }, 422, "CRON_INVALID", "/spec/cron"],
    [{ ...ok, spec: { cron: "0 0 13 * 5", zone: "UTC" } }, 422, "CRON_AMBIGUOUS_DAYS", "/spec/cron"],
    [{ ...ok, spec: { cron: "0 0 * * *", zone: "Mars/Olympus" } }, 422, "ZONE_UNKNOWN", "/spec/zone"],
    [{ ...ok, spec: { cron: "0 0 * * *", zone: "" } }, 422, "ZONE_UNKNOWN", "/spec/zone"],
    [{ ...ok, spec: { everyMs: 0 } }, 422, "INTERVAL_INVALID", "/spec/everyMs"],
    [{ ...ok, spec: { everyMs: 1_500 } }, 422, "INTERVAL_INVALID", "/spec/everyMs"],
    [{ ...ok, spec: { everyMs: 1_000, offsetMs: 1_000 } }, 422, "INTERVAL_INVALID", "/spec/offsetMs"],
    [{ ...ok, spec: { at: "tomorrow" } }, 422, "INSTANT_INVALID", "/spec/at"],
    [{ ...ok, spec: { at: "2020-01-01T00:00:00Z" } }, 422, "INSTANT_INVALID", "/spec/at"],
    [{ ...ok, spec: {} }, 422, "SCHEDULE_INVALID", "/spec"],
    [{ ...ok, spec: { at: "2031-01-01T00:00:00Z", everyMs: 1_000 } }, 422, "SCHEDULE_INVALID", "/spec"],
    [{ ...ok, spec: { everyMs: 1_000, zone: "UTC" } }, 422, "SCHEDULE_INVALID", "/spec/zone"],
    [{ ...ok, spec: { rrule: "x" } }, 422, "REQUEST_INVALID"],
    [{ ...ok, spec, businessDays: { calendar: "nobody's" } }, 422, "SCHEDULE_INVALID", "/businessDays/calendar"],
    [{ ...ok, spec, overlap: "queue" }, 422, "REQUEST_INVALID", "/overlap"],
    [{ ...ok, spec, catchUpWindowMs: 5 }, 422, "REQUEST_INVALID", "/catchUpWindowMs"],
    [{ ...ok, spec, jitterMs: -1 }, 422, "REQUEST_INVALID", "/jitterMs"],
    [{ ...ok, spec, payload: { n: "one" } }, 422, "PAYLOAD_INVALID", "/payload/n"],
    [{ workflow: "nobody", spec }, 404, "WORKFLOW_NOT_FOUND"],
    [{ workflow: "draft-only", spec }, 409, "NOT_PUBLISHED"],
  ];
  for (const [body, status, code, pointer] of cases) {
    const reply = await ask("POST", "", body);
    expect(reply, JSON.stringify(body)).toMatchObject({ status, body: { code } });
    if (pointer !== undefined) expect(reply.body.issues?.[0]?.pointer, JSON.stringify(body)).toBe(pointer);
  }
  expect(await count()).toBe(before);
});

test("[SCX-01] a backfill names a span of the past, and what is disabled starts nothing", async () => {
  const { body } = await ask("POST", "", { workflow: "nightly", payload: { n: 1 }, spec: { everyMs: 3_600_000 } });
  const path = `/${String(body["id"])}/backfill`;
  expect(await ask("POST", path, { from: "2025-01-01T00:00:00Z", to: "2025-01-01T03:00:00Z" })).toMatchObject({
    status: 202,
    body: { times: 4, alreadyFired: 0 },
  });
  for (const [from, to, pointer] of [
    ["2025-01-02T00:00:00Z", "2025-01-01T00:00:00Z", "/from"],
    ["2025-01-01T00:00:00Z", "2040-01-01T00:00:00Z", "/to"],
    ["2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "/to"],
  ])
    expect(await ask("POST", path, { from, to })).toMatchObject({
      status: 422,
      body: { code: "BACKFILL_INVALID", issues: [{ pointer }] },
    });
  await ask("POST", `/${String(body["id"])}/disable`);
  expect(await ask("POST", path, { from: "2025-01-01T00:00:00Z", to: "2025-01-01T03:00:00Z" })).toMatchObject({
    status: 409,
    body: { code: "SCHEDULE_STATE" },
  });
});

test("[SCH-04] [SCH-06] publishing over HTTP disables what does not fit any more, and says why", async () => {
  const { client } = on.one;
  const definition = (required: string[]) => smallDefinition("rebound", { payload: { type: "object", required } });
  await client.workflows.create({ body: { definition: definition([]) } });
  await client.workflows.publish({ params: { key: "rebound" } });
  const made = await client.schedules.create({ body: { workflow: "rebound", spec: { everyMs: 60_000 } } });
  await client.workflows.save({ params: { key: "rebound" }, body: { definition: definition(["n"]) } });
  await client.workflows.publish({ params: { key: "rebound" } });
  expect(await client.schedules.get({ params: { id: made.id } })).toMatchObject({
    state: "disabled",
    boundVersion: 2,
    disabledReason: { code: "PAYLOAD_INVALID", version: 2, issues: [{ pointer: "/payload/n" }] },
  });
  await client.schedules.update({ params: { id: made.id }, body: { payload: { n: 1 } } });
  expect(await client.schedules.enable({ params: { id: made.id }, body: {} })).toMatchObject({
    state: "active",
    misfit: null,
  });
});

test("[SCH-05] unpublishing a workflow removes its schedules", async () => {
  const { client } = on.one;
  await client.workflows.create({ body: { definition: smallDefinition("brief") } });
  await client.workflows.publish({ params: { key: "brief" } });
  const made = await client.schedules.create({ body: { workflow: "brief", spec: { everyMs: 60_000 } } });
  await client.workflows.unpublish({ params: { key: "brief" } });
  expect((await ask("GET", `/${made.id}`)).status).toBe(404);
});
