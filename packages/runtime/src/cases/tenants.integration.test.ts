// Worked case: two tenants whose names, ids and keys are all alike. That foreign ids are nowhere to be found on any route is shown by the role
// tests of the server.
import { catalogue, createRegistry, defineAction } from "@mainspring/actions";
import type { Json } from "@mainspring/core";
import {
  deleteWorkflow,
  getEventType,
  getSchedule,
  getVersion,
  getWorkflow,
  insertSchedule,
  invocationsOf,
  listEvents,
  newId,
  putEventType,
  putSecret,
  readSecrets,
} from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { acceptInbound } from "../ingestion/accept.ts";
import { actInBulk } from "../launcher/bulk.ts";
import { launch } from "../launcher/launch.ts";
import { evidenceOf, type Evidence } from "../testing/evidence.ts";
import { newTenant, publish } from "../testing/publish.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";

const keyed = defineAction({
  name: "test.keyed@1",
  title: "Keyed",
  description: "Gives back what it was given.",
  effect: "idempotent",
  timeoutMs: 10_000,
  input: z.strictObject({ of: z.string() }),
  output: z.strictObject({ of: z.string() }),
  run: async ({ input }) => input,
});

interface Side {
  readonly tenantId: string;
  readonly evidence: Evidence;
  start(payload?: Json): Promise<string>;
  event(id: string): Promise<{ readonly eventId: string; readonly duplicate: boolean }>;
}

let world: World;
let a: Side;
let b: Side;
const scheduleId = newId();
beforeAll(async () => {
  world = await newWorld({ actions: [keyed] });
  a = await side(world.tenantId, "a");
  b = await side(await newTenant(world.store), "b");
  await world.startWorker();
});
afterAll(() => world?.close());

/** A tenant with a workflow `onboard` of its own, and everything else by the same names. */
async function side(tenantId: string, of: string): Promise<Side> {
  const { store, client, bundle } = world;
  const definition: object = {
    workflow: "onboard",
    steps: [
      {
        id: "call",
        type: "action.call",
        action: "test.keyed@1",
        input: { of },
        idempotencyKey: "k",
      },
      { id: "hired", type: "event.wait", event: "hired", correlationKey: "e-1", timeoutMs: 600_000 },
      { id: "done", type: "control.return", output: of },
    ],
  };
  await publish(store, tenantId, definition as Json, catalogue(createRegistry([keyed])));
  await store.tenant(tenantId, async (db) => {
    await putEventType(db, { name: "hired", description: of, correlationPaths: ["id"], samples: [], by: "test" });
    await putSecret(db, { name: "token", value: `the token of ${of}` });
    const workflow = await getWorkflow(db, "onboard");
    await insertSchedule(db, {
      id: scheduleId,
      workflowId: workflow?.id ?? "",
      name: "daily",
      kind: "once",
      spec: { at: "2099-01-01T00:00:00.000Z" },
      compiled: {
        kind: "once",
        zone: "UTC",
        calendars: [],
        skips: [],
        intervals: [],
        refusesRepetition: false,
        untilMs: 0,
      },
      compiledUntil: "2099-01-01T00:00:00.000Z",
      specHash: "h",
      payload: {},
      overlap: "skip",
      catchUpMs: 600_000,
      jitterMs: 0,
      businessDays: null,
      note: of,
      state: "paused",
      boundVersion: 1,
      temporalScheduleId: `case-40:${of}`,
      nextAt: null,
      since: new Date(),
      by: "test",
    });
  });
  return {
    tenantId,
    evidence: evidenceOf({ tenantId, store, client, bundle }),
    start: async (payload = {}) =>
      (await launch({ store, client }, { tenantId, workflowKey: "onboard", payload, startedBy: "test" })).runId,
    async event(id) {
      const accepted = await store.tenant(tenantId, (db) =>
        acceptInbound(db, { source: "default", name: "hired", id, payload: {}, correlationKey: "e-1" }, { paths: {} }),
      );
      if ("problem" in accepted) throw new Error(accepted.problem.message);
      return accepted;
    },
  };
}

const invocations = async ({ tenantId }: Side, runId: string) =>
  (await world.store.tenant(tenantId, (db) => invocationsOf(db, runId, { limit: 10 }))).items;

test("[CASE-40] [TEN-01] what two tenants name alike stays two: events, keys, secrets, types, schedules, workflows and bulk actions", async () => {
  const [ofA, ofB] = [await a.start(), await b.start()];
  await a.evidence.waiting(ofA);
  await b.evidence.waiting(ofB);
  expect((await a.event("x-1")).duplicate).toBe(false);
  expect(await a.evidence.ended(ofA)).toMatchObject({ status: "SUCCEEDED", output: "a" });
  expect((await b.evidence.run(ofB)).status).toBe("WAITING");
  // The authored key names one call of each tenant: with another input it would be refused in one.
  for (const [one, runId, of] of [
    [a, ofA, "a"],
    [b, ofB, "b"],
  ] as const)
    expect((await invocations(one, runId)).map(({ status, output }) => [status, output])).toEqual([
      ["SUCCEEDED", { of }],
    ]);

  expect(await world.store.tenant(a.tenantId, (db) => deleteWorkflow(db, "onboard"))).toBe("deleted");
  await world.store.tenant(b.tenantId, async (db) => {
    expect((await getWorkflow(db, "onboard"))?.publishedVersion).toBe(1);
    expect((await getVersion(db, "onboard", 1))?.version).toBe(1);
    expect((await getSchedule(db, scheduleId))?.note).toBe("b");
    expect((await getEventType(db, "hired"))?.description).toBe("b");
    expect((await readSecrets(db, ["token"])).get("token")).toBe("the token of b");
  });
  await world.store.tenant(a.tenantId, async (db) => {
    expect(await getSchedule(db, scheduleId)).toBeUndefined();
    expect((await getEventType(db, "hired"))?.description).toBe("a");
    expect((await readSecrets(db, ["token"])).get("token")).toBe("the token of a");
  });

  const cancelled = await actInBulk(
    { store: world.store, client: world.client },
    { tenantId: a.tenantId, action: "cancel", filter: {}, by: "test" },
  );
  expect(cancelled.items.map(({ runId }) => runId)).not.toContain(ofB);
  expect((await b.evidence.run(ofB)).status).toBe("WAITING");

  const posted = await b.event("x-1");
  expect(posted.duplicate).toBe(false);
  expect(await b.evidence.ended(ofB)).toMatchObject({ status: "SUCCEEDED", output: "b" });
  const seen = await until("both have their event", async () => {
    const of = async ({ tenantId }: Side) =>
      (await world.store.tenant(tenantId, (db) => listEvents(db, { eventId: "x-1" }, {}))).items;
    const both = [await of(a), await of(b)];
    return both.every((items) => items[0]?.state === "completed") ? both : undefined;
  });
  expect(seen.map((items) => items.length)).toEqual([1, 1]);
  expect(seen[1]?.[0]?.id).toBe(posted.eventId);
  await b.evidence.expectSound(ofB);
}, 120_000);
