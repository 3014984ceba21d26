import { decisionOutcomes } from "@mainspring/core";
import type { DecisionOutcome } from "@mainspring/core";
import { newId, recordDecision } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

const send = async (id: string, more: object = {}): Promise<string> => {
  const receipt = await on.one.client.events.accept({ body: { name: "order.placed", id, ...more } });
  if (Array.isArray(receipt)) throw new Error("one event has one receipt");
  return receipt.eventId;
};

test("[WHY-02] a decision of each kind is found from its event, its schedule and its workflow, with a sentence and what to do", async () => {
  const scheduleId = newId();
  const nominalAt = "2031-03-04T09:00:00.000Z";
  const ofSchedules: readonly DecisionOutcome[] = decisionOutcomes.filter((one) =>
    /^(schedule-|repeated|overlap|outside|missed)/.test(one),
  );
  for (const outcome of decisionOutcomes) {
    const eventId = ofSchedules.includes(outcome) ? undefined : await send(`of-${outcome}`, { correlationKey: "k" });
    await on.database.store.tenant(on.one.id, (db) =>
      recordDecision(db, {
        outcome,
        workflowKey: "shop",
        version: 1,
        ...(eventId === undefined ? { scheduleId, nominalAt } : { eventId, triggerId: "placed" }),
      }),
    );
    const { decisions } = on.one.client;
    const found =
      eventId === undefined
        ? await decisions.list({ query: { scheduleId, outcome: [outcome] } })
        : await decisions.list({ query: { eventId } });
    expect(found.items).toHaveLength(1);
    const [decision] = found.items;
    expect(decision).toMatchObject({ cause: outcome, outcome, workflow: "shop", remedy: expect.stringMatching(/\.$/) });
    expect(decision?.sentence).toMatch(/^[A-Z].*\.$/);
    const ofWorkflow = await decisions.list({ query: { workflow: "shop", outcome: [outcome] } });
    expect(ofWorkflow.items).toEqual(found.items);
    if (eventId === undefined) continue;
    expect((await decisions.list({ query: { source: "default", id: `of-${outcome}` } })).items).toEqual(found.items);
    const why = await on.one.client.events.why({ params: { id: eventId } });
    expect([why.cause, ...why.also.map(({ cause }) => cause)]).toContain(outcome);
    const { items } = await on.one.client.events.deliveries({ params: { id: eventId } });
    expect(items).toMatchObject([{ kind: "trigger", triggerId: "placed", outcome }]);
  }
});

test("decisions come newest first, a page at a time, between two times, and never another tenant's", async () => {
  const { decisions } = on.one.client;
  const all = await decisions.list({ query: { limit: 200 } });
  const ids = all.items.map(({ id }) => id);
  const paged: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await decisions.list({ query: { limit: 7, ...(cursor === null ? {} : { cursor }) } });
    paged.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(paged).toEqual(ids);
  const [newest] = all.items;
  const at = newest?.decidedAt ?? "";
  const until = await decisions.list({ query: { to: at, limit: 200 } });
  expect(until.items.map(({ id }) => id)).not.toContain(newest?.id);
  expect((await decisions.list({ query: { from: at } })).items.map(({ id }) => id)).toContain(newest?.id);
  await expect(
    decisions.list({
      query: { workflow: "shop", cursor: (await decisions.list({ query: { limit: 1 } })).nextCursor ?? "" },
    }),
  ).rejects.toMatchObject({ code: "CURSOR_MISMATCH" });
  expect((await on.other.client.decisions.list({})).items).toEqual([]);
});

test("[WHY-02] duplicate: an id that comes again is told with the time of the first, once", async () => {
  const eventId = await send("twice", { correlationKey: "k" });
  for (let n = 0; n < 3; n += 1) expect(await send("twice", { correlationKey: "k" })).toBe(eventId);
  const { items } = await on.one.client.decisions.list({ query: { eventId } });
  expect(items).toMatchObject([{ cause: "duplicate", event: { id: "twice", acceptedAt: expect.any(String) } }]);
  expect(items[0]?.sentence).toMatch(/the same id "twice" of source default was accepted at .* UTC\.$/);
});

test("[WHY-02] correlation-missing: an event without a key says where one was looked for", async () => {
  const eventId = await send("keyless", { payload: {} });
  const { items } = await on.one.client.decisions.list({ query: { eventId } });
  expect(items).toMatchObject([{ cause: "correlation-missing", values: { tried: expect.any(Array) } }]);
  expect(items[0]?.sentence).toContain("payload.workflowCorrelationKey and payload.correlationKey");
});

test("[WHY-02] unauthorised: a start by a key that may not is told with the role, at most once a minute", async () => {
  await on.one.client.workflows.create({ body: { definition: smallDefinition("guarded") } });
  await on.one.client.workflows.publish({ params: { key: "guarded" } });
  const viewer = on.client(on.one.keys.viewer);
  for (let n = 0; n < 3; n += 1)
    await expect(viewer.runs.start({ params: { key: "guarded" }, body: { payload: {} } })).rejects.toMatchObject({
      status: 403,
    });
  const { items } = await on.one.client.decisions.list({ query: { workflow: "guarded" } });
  expect(items.length).toBeLessThanOrEqual(2); // the minute may have turned
  expect(items[0]).toMatchObject({
    cause: "unauthorised",
    sentence: "A request for workflow guarded was refused: its key has the role viewer, and operator is needed.",
  });
});

test("what an event is up to is told before anybody has looked at it", async () => {
  const eventId = await send("fresh", { correlationKey: "k" });
  const why = await on.one.client.events.why({ params: { id: eventId } });
  expect(why).toMatchObject({ eventId, cause: "not-routed", also: [], asOf: expect.any(String) });
  await expect(on.other.client.events.why({ params: { id: eventId } })).rejects.toMatchObject({ status: 404 });
});
