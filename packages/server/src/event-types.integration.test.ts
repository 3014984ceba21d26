import type { JsonObject } from "@mainspring/core";
import { listAudit, recordDecision } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

const order: JsonObject = {
  type: "object",
  required: ["id", "total"],
  properties: {
    id: { type: "string" },
    total: { type: "number" },
    card: { type: "string", sensitive: true },
  },
};

test("an event type is kept by the name of its events, changed at its revision, listed by name and removed", async () => {
  const { eventTypes } = on.one.client;
  const params = { name: "order.placed" };
  const body = {
    description: "somebody bought something",
    schema: order,
    correlationPaths: ["id"],
    samples: [{ id: "o-1", total: 3 }],
  };
  expect(await eventTypes.put({ params, body })).toMatchObject({ ...body, name: "order.placed", revision: 1 });
  expect(await eventTypes.put({ params, body, ifMatch: 1 })).toMatchObject({ revision: 2 });
  await expect(eventTypes.put({ params, body, ifMatch: 1 })).rejects.toMatchObject({ code: "REVISION_MISMATCH" });
  expect(await eventTypes.get({ params })).toMatchObject({ ...body, revision: 2, updatedBy: expect.any(String) });
  await eventTypes.put({ params: { name: "a.first" }, body: {} });
  expect((await eventTypes.list({})).items.map(({ name }) => name)).toEqual(["a.first", "order.placed"]);
  const [page] = [await eventTypes.list({ query: { limit: 1 } })];
  expect((await eventTypes.list({ query: { limit: 1, cursor: page.nextCursor as string } })).items).toMatchObject([
    { name: "order.placed" },
  ]);
  expect((await on.other.client.eventTypes.list({})).items).toEqual([]);
  await eventTypes.remove({ params: { name: "a.first" } });
  await expect(eventTypes.get({ params: { name: "a.first" } })).rejects.toMatchObject({
    status: 404,
    code: "EVENT_TYPE_NOT_FOUND",
  });
});

test("a schema that cannot be used, and a sample that does not fit it, are refused with their place, and nothing is kept", async () => {
  const { eventTypes } = on.one.client;
  const refused: readonly (readonly [name: string, body: object, pointer: string])[] = [
    ["bad", { schema: { type: "text" } }, "/schema/type"],
    ["bad", { schema: { properties: { a: { $ref: "#/nowhere" } } } }, "/schema/properties/a/$ref"],
    [
      "bad",
      {
        schema: order,
        samples: [
          { id: "a", total: 1 },
          { id: 7, total: 1 },
        ],
      },
      "/samples/1/id",
    ],
    ["*", { schema: order }, "/schema"],
  ];
  for (const [name, body, pointer] of refused) {
    const put = eventTypes.put({ params: { name }, body });
    await expect(put, pointer).rejects.toMatchObject({
      status: 422,
      code: "EVENT_TYPE_INVALID",
      issues: [{ pointer }],
    });
    await expect(eventTypes.get({ params: { name } })).rejects.toMatchObject({ code: "EVENT_TYPE_NOT_FOUND" });
  }
});

test("a payload that does not fit its event's type is refused with its place, and nothing of the request is stored", async () => {
  const { events } = on.one.client;
  await expect(
    events.accept({ body: { name: "order.placed", id: "misfit", payload: { id: "o-2", total: "3" } } }),
  ).rejects.toMatchObject({ status: 422, code: "PAYLOAD_INVALID", issues: [{ pointer: "/payload/total" }] });
  const both = [
    { name: "another", id: "fits" },
    { name: "order.placed", id: "misfit", payload: { id: "o-2" } },
  ];
  await expect(events.accept({ body: both })).rejects.toMatchObject({ issues: [{ pointer: "/1/payload/total" }] });
  for (const id of ["misfit", "fits"]) expect((await events.list({ query: { id } })).items).toEqual([]);
  // A type that is gone binds nobody.
  await on.other.client.events.accept({ body: { name: "order.placed", id: "theirs", payload: { id: 1 } } });
});

test("[ING-05] the key is looked for at the paths of the variable and of the registry, for the event before those for any", async () => {
  const { events, eventTypes } = on.one.client;
  // The variable has `order.paid: [order.id]` here.
  await eventTypes.put({ params: { name: "order.paid" }, body: { correlationPaths: ["ref", "order.number"] } });
  await eventTypes.put({ params: { name: "*" }, body: { correlationPaths: ["any.key"] } });
  const keyOf = async (name: string, payload: JsonObject): Promise<readonly (string | null)[]> => {
    const receipt = await events.accept({ body: { name, id: crypto.randomUUID(), payload } });
    if (Array.isArray(receipt)) throw new Error("one event has one receipt");
    const { correlationKey, correlationHow } = await events.get({ params: { id: receipt.eventId } });
    return [correlationKey, correlationHow];
  };
  const everything = { order: { id: "by-variable", number: 12 }, ref: "by-registry", any: { key: "by-any" } };
  expect(await keyOf("order.paid", everything)).toEqual(["by-variable", "path order.paid: order.id"]);
  expect(await keyOf("order.paid", { ...everything, order: {} })).toEqual(["by-registry", "type order.paid: ref"]);
  expect(await keyOf("order.paid", { order: { number: 12 }, any: { key: "x" } })).toEqual([
    "12",
    "type order.paid: order.number",
  ]);
  expect(await keyOf("order.paid", { any: { key: "by-any" } })).toEqual(["by-any", "type *: any.key"]);
  expect(await keyOf("order.lost", { any: { key: true } })).toEqual(["true", "type *: any.key"]);
  expect(await keyOf("order.lost", { ref: "not asked" })).toEqual([null, null]);
});

test("[TEN-03] fields that the type declares sensitive are masked in every reading of the event", async () => {
  const { events, decisions } = on.one.client;
  const payload = { id: "o-9", total: 1, card: "4111-1111", note: "card 4111-1111" };
  const receipt = await events.accept({ body: { name: "order.placed", id: "masked", payload } });
  if (Array.isArray(receipt)) throw new Error("one event has one receipt");
  const params = { id: receipt.eventId };
  const masked = { ...payload, card: "[REDACTED]", note: "card [REDACTED]" };
  expect((await events.get({ params })).payload).toEqual(masked);
  expect((await events.list({ query: { id: "masked" } })).items.map((one) => one.payload)).toEqual([masked]);
  await on.database.store.tenant(on.one.id, (db) =>
    recordDecision(db, {
      outcome: "filtered",
      eventId: receipt.eventId,
      workflowKey: "shop",
      triggerId: "t",
      values: { condition: false, read: { "event.payload.card": "4111-1111" } },
    }),
  );
  const shown = JSON.stringify([
    await decisions.list({ query: { eventId: receipt.eventId } }),
    await events.why({ params }),
    await events.deliveries({ params }),
  ]);
  expect(shown).not.toContain("4111-1");
  expect(shown).toContain("[REDACTED]");
});

test("[TEN-03] a type that is removed is nothing any more to who sends or publishes, and goes on masking what came under it", async () => {
  const { events, eventTypes } = on.one.client;
  const schema = {
    type: "object",
    required: ["card"],
    properties: { card: { type: "string", sensitive: true } },
  };
  const params = { name: "card.removed" };
  await eventTypes.put({ params, body: { schema, correlationPaths: ["card"] } });
  const accept = async (id: string, payload: JsonObject): Promise<string> => {
    const receipt = await events.accept({ body: { name: params.name, id, payload } });
    if (Array.isArray(receipt)) throw new Error("one event has one receipt");
    return receipt.eventId;
  };
  const before = await accept("before", { card: "7700-1122" });
  await eventTypes.remove({ params });
  await expect(eventTypes.remove({ params })).rejects.toMatchObject({ code: "EVENT_TYPE_NOT_FOUND" });
  await expect(eventTypes.get({ params })).rejects.toMatchObject({ code: "EVENT_TYPE_NOT_FOUND" });
  expect((await eventTypes.list({ query: {} })).items.map(({ name }) => name)).not.toContain(params.name);
  await expect(eventTypes.put({ params, body: {}, ifMatch: 1 })).rejects.toMatchObject({ code: "REVISION_MISMATCH" });
  expect((await events.get({ params: { id: before } })).payload).toEqual({ card: "[REDACTED]" });
  // Neither its schema nor its path holds for what comes now.
  const after = await events.get({ params: { id: await accept("after", { card: "7700-1122", n: 1 }) } });
  expect(after).toMatchObject({ correlationKey: null, payload: { card: "[REDACTED]", n: 1 } });
  await accept("without", { n: 2 });

  const { createdAt } = await eventTypes.put({ params, body: {} });
  expect(await eventTypes.get({ params })).toMatchObject({ name: params.name, createdAt, correlationPaths: [] });
  expect((await events.get({ params: { id: before } })).payload).toEqual({ card: "7700-1122" });
});

test("[CAS-01] [TEN-03] an event is not found by a key that its readers see masked, among dead letters neither", async () => {
  const { events, eventTypes, deadLetters } = on.one.client;
  const schema = { type: "object", properties: { card: { type: "string", sensitive: true }, ref: { type: "string" } } };
  await eventTypes.put({ params: { name: "card.used" }, body: { schema, correlationPaths: ["card", "ref"] } });
  const accept = async (id: string, payload: JsonObject): Promise<string> => {
    const receipt = await events.accept({ body: { name: "card.used", id, payload } });
    if (Array.isArray(receipt)) throw new Error("one event has one receipt");
    return receipt.eventId;
  };
  const hidden = await accept("by-card", { card: "5500-9911" });
  const open = await accept("by-ref", { ref: "r-5500" });
  expect((await events.get({ params: { id: hidden } })).correlationKey).toBe("[REDACTED]");
  const dead = "update workflow_runtime_events set state = 'dead', dead_at = now() where tenant_id = $1 and id = $2";
  for (const id of [hidden, open]) await asOwner(on.database, dead, [on.one.id, id]);
  for (const [correlationKey, met] of [
    ["5500-9911", []],
    ["r-5500", [open]],
  ] as const) {
    const ids = (list: { readonly items: readonly { readonly eventId: string }[] }) =>
      list.items.map(({ eventId }) => eventId);
    expect(ids(await events.list({ query: { correlationKey } }))).toEqual(met);
    expect(ids(await deadLetters.list({ query: { correlationKey } }))).toEqual(met);
    const { matched } = await deadLetters.redeliver({ body: { filter: { correlationKey }, dryRun: true } });
    expect(matched).toBe(met.length);
  }
});

test("expressions over an event are checked against its type when a workflow is published, and an unknown type is no error", async () => {
  const { workflows } = on.one.client;
  const triggered = (key: string, event: string, path: string) =>
    smallDefinition(key, { triggers: [{ id: "t", event, when: { $expr: path } }], payload: { type: "object" } });
  const definition = triggered("typed", "order.placed", "event.payload.total");
  await workflows.create({ body: { definition } });
  // A warning: the type may change, or be gone, by the time of an event.
  const { issues } = await workflows.validate({ params: { key: "typed" } });
  expect(issues.map(({ severity, code, pointer }) => [severity, code, pointer])).toEqual([
    ["warning", "CONDITION_NOT_BOOLEAN", "/triggers/0/when/$expr"],
  ]);
  const free = triggered("untyped", "nobody.declared", "event.payload.total");
  await workflows.create({ body: { definition: free } });
  expect(await workflows.validate({ params: { key: "untyped" } })).toMatchObject({ valid: true, issues: [] });
});

test("changes of event types, and another event under an id that is taken, are in the audit log", async () => {
  const { events } = on.one.client;
  const first = await events.accept({ body: { name: "any", id: "taken", payload: 1 } });
  if (Array.isArray(first)) throw new Error("one event has one receipt");
  await expect(events.accept({ body: { name: "any", id: "taken", payload: 2 } })).rejects.toMatchObject({
    status: 409,
    code: "EVENT_CONFLICT",
  });
  const { items } = await on.database.store.tenant(on.one.id, (db) => listAudit(db, {}, { limit: 200 }));
  const entries = items.map(({ action, subject }) => `${action} ${subject}`);
  expect(entries).toContain(`event.conflict event:${first.eventId}`);
  expect(entries).toContain("event-type.create event-type:order.placed");
  expect(entries).toContain("event-type.update event-type:order.placed");
  expect(entries).toContain("event-type.delete event-type:a.first");
});
