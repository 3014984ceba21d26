import type { JournalEntry, Json, JsonObject } from "@mainspring/core";
import { insertRun, newId, putSecret, recordDecision, writeProvisional } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
/** A run that took an event of a type with sensitive fields and waits for another. */
let runId: string;
/** A run that such an event began. */
let begun: string;
let eventId: string;
const card = "4111-2222-3333";
const payload = { card, pin: 7, vip: true, order: "o-1" };
const masked = { card: "[REDACTED]", pin: "[REDACTED]", vip: "[REDACTED]", order: "o-1" };
const at = "2031-01-01T00:00:00.000Z";

beforeAll(async () => {
  on = await testServer();
  const { client } = on.one;
  const sensitive = { sensitive: true };
  const schema: JsonObject = { type: "object", properties: { card: sensitive, pin: sensitive, vip: sensitive } };
  await client.eventTypes.put({ params: { name: "paid" }, body: { schema } });
  await client.workflows.create({ body: { definition: smallDefinition("till") } });
  const { definitionHash } = await client.workflows.publish({ params: { key: "till" } });
  const { programHash } = await client.workflows.getVersion({ params: { key: "till", version: 1 } });
  const receipt = await client.events.accept({ body: { name: "paid", id: "p-1", correlationKey: "o-1", payload } });
  if (Array.isArray(receipt)) throw new Error("one event has one receipt");
  ({ eventId } = receipt);
  [runId, begun] = [newId(), newId()];
  const run = { workflowKey: "till", version: 1, definitionHash, programHash, semantics: 2 } as const;
  await on.database.store.tenant(on.one.id, async (db) => {
    await insertRun(db, { ...run, id: runId, input: { order: "o-1" } });
    await insertRun(db, {
      ...run,
      id: begun,
      input: { from: card, order: "o-1" },
      trigger: { type: "event", eventId },
    });
    await writeProvisional(db, {
      runId,
      fence: { epoch: 1, ordinal: 1, historyLength: 9 },
      nextSeq: 11,
      entries: entries(),
    });
  });
});
afterAll(() => on?.close());

function entries(): JournalEntry[] {
  const place = { stepId: "pay", stepPath: "root.steps[0]", iteration: [], execution: 1 };
  const again = { stepId: "more", stepPath: "root.steps[1]", iteration: [], execution: 2 };
  const wait = { event: "paid", key: "o-1" };
  const inbound = { id: eventId, name: "paid", source: "default", payload, correlationKey: "o-1", receivedAt: at };
  return [
    { seq: 1, at, kind: "run", status: "RUNNING" },
    { seq: 2, at, kind: "step", status: "RUNNING", ...place, data: { type: "event.wait" } },
    { seq: 3, at, kind: "wait", waitId: "c1", waitType: "event", status: "WAITING", ...place, data: wait },
    { seq: 4, at, kind: "input", data: { kind: "resume", event: { kind: "event", now: at, turn: 2, event: inbound } } },
    {
      seq: 5,
      at,
      kind: "wait",
      waitId: "c1",
      waitType: "event",
      status: "RESOLVED",
      ...place,
      data: { ...wait, payload },
    },
    { seq: 6, at, kind: "step", status: "SUCCEEDED", ...place, data: { type: "event.wait", output: payload } },
    { seq: 7, at, kind: "state", data: { note: `charged ${card}` } },
    { seq: 8, at, kind: "step", status: "RUNNING", ...again, data: { type: "event.wait" } },
    {
      seq: 9,
      at,
      kind: "wait",
      waitId: "c2",
      waitType: "event",
      status: "WAITING",
      ...again,
      data: { ...wait, key: "o-2", filters: [{ path: "payload.pin", op: "=", value: 3 }], lookbackMs: 3_600_000 },
    },
    { seq: 10, at, kind: "run", status: "WAITING" },
  ];
}

async function textOf(path: string): Promise<string> {
  const reply = await fetch(`${on.url}/api/v1${path}`, { headers: { authorization: `Bearer ${on.one.keys.admin}` } });
  expect(reply.status, path).toBe(200);
  return reply.text();
}

/** What a run's stream sends until that text has come. */
async function streamOf(id: string, until: string): Promise<string> {
  const stop = AbortSignal.timeout(60_000);
  const headers = { authorization: `Bearer ${on.one.keys.admin}` };
  const reply = await fetch(`${on.url}/api/v1/runs/${id}/stream`, { headers, signal: stop });
  let text = "";
  for await (const part of reply.body ?? []) {
    text += new TextDecoder().decode(part as Uint8Array);
    if (text.includes(until)) return text;
  }
  throw new Error("the stream ended before");
}

test("[TEN-03] what the type of an event declares sensitive is masked in the runs that took it or were begun by it", async () => {
  const { runs } = on.one.client;
  for (const id of [runId, begun])
    for (const path of ["", "/steps", "/journal", "/waits", "/timeline", "/export", "/why"])
      expect(await textOf(`/runs/${id}${path}`), path).not.toContain(card);
  const streamed = await streamOf(runId, "id: 10");
  expect(streamed).not.toContain(card);
  expect(streamed).toContain('"payload":{"card":"[REDACTED]"');
  const { items: steps } = await runs.steps({ params: { id: runId } });
  expect(steps[0]?.output).toEqual(masked);
  const { items: waits } = await runs.waits({ params: { id: runId } });
  expect(waits.map((one) => one.payload)).toContainEqual(masked);
  const { items: journal } = await runs.journal({ params: { id: runId } });
  expect(journal[3]).toMatchObject({ data: { event: { event: { name: "paid", payload: masked, receivedAt: at } } } });
  expect((await runs.get({ params: { id: begun } })).input).toEqual({ from: "[REDACTED]", order: "o-1" });
  expect(await textOf("/runs")).not.toContain(card);
  // Of one that met no such event the same text is its own.
  const plain = newId();
  await on.database.store.tenant(on.one.id, (db) =>
    insertRun(db, {
      id: plain,
      workflowKey: "till",
      version: 1,
      definitionHash: "0".repeat(64),
      programHash: "0".repeat(64),
      semantics: 2,
      input: { from: card },
    }),
  );
  expect((await runs.get({ params: { id: plain } })).input).toEqual({ from: card });
});

test("[TEN-03] a search confirms no value that an event's type or a secret masks, and still finds the rest", async () => {
  const found = async (q: string): Promise<string[]> =>
    (await on.one.client.runs.list({ query: { q } })).items.map(({ id }) => id);
  expect(await found(card)).not.toContain(begun);
  expect(await found(card.slice(2, 9))).not.toContain(begun);
  expect(await found("o-1")).toEqual(expect.arrayContaining([begun, runId]));
  expect(await found(begun)).toEqual([begun]);
  const typed = "sesame-sesame";
  const id = newId();
  await on.database.store.tenant(on.other.id, async (db) => {
    const pinned = { version: 1, definitionHash: "0".repeat(64), programHash: "0".repeat(64), semantics: 2 } as const;
    await insertRun(db, { ...pinned, id, workflowKey: "w", input: { typed, beside: "plainly there" } });
    await putSecret(db, { name: "door", value: typed });
  });
  const others = async (q: string): Promise<number> => (await on.other.client.runs.list({ query: { q } })).items.length;
  expect([await others("same-ses"), await others("plainly there")]).toEqual([0, 1]);
  // Nor does a bulk that is asked what it would do.
  const planned = async (q: string): Promise<string[]> => {
    const body = { action: "cancel", filter: { q }, dryRun: true } as const;
    return (await on.one.client.runs.bulk({ body })).items.map((item) => item.runId);
  };
  expect(await planned(card)).not.toContain(begun);
  expect(await planned("o-1")).toContain(begun);
});

test("[TEN-03] [WHY-01] a near miss shows nothing that its type declares sensitive, be it one digit", async () => {
  const { events, runs } = on.one.client;
  await events.accept({
    body: { name: "paid", id: "p-2", correlationKey: "o-2", payload: { ...payload, card: "5222-1" } },
  });
  await events.accept({ body: { name: "paid", id: "p-3", correlationKey: card, payload } });
  const why = await runs.why({ params: { id: runId } });
  const misses = why.evidence.filter(({ kind }) => kind === "near-miss");
  expect(misses).toContainEqual(
    expect.objectContaining({
      text: expect.stringContaining('(it is "[REDACTED]")') as unknown,
      data: expect.objectContaining({
        filter: { path: "payload.pin", op: "=", value: 3, found: "[REDACTED]" },
      }) as unknown,
    }),
  );
  expect(misses.map(({ data }) => (data as JsonObject)["key"])).toContain("[REDACTED]");
  expect(JSON.stringify(why)).not.toContain(card);
});

test("[TEN-03] a decision shows what it read as the event's type has it, by place too", async () => {
  const values: Json = {
    condition: false,
    read: { "event.payload.pin": 7, "event.payload.vip": true, "event.payload.order": "o-1", "event.name": "paid" },
  };
  await on.database.store.tenant(on.one.id, (db) =>
    recordDecision(db, { outcome: "filtered", eventId, workflowKey: "till", triggerId: "t", values }),
  );
  const { items } = await on.one.client.decisions.list({ query: { eventId, outcome: ["filtered"] } });
  expect(items).toMatchObject([
    {
      values: {
        condition: false,
        read: {
          "event.payload.pin": "[REDACTED]",
          "event.payload.vip": "[REDACTED]",
          "event.payload.order": "o-1",
          "event.name": "paid",
        },
      },
      sentence: expect.stringContaining('event.payload.pin = "[REDACTED]"'),
    },
  ]);
});
