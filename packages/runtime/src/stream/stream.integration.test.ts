// The Redis source on a real Redis: taken in once, acknowledged after the commit, and nothing lost with Redis.
import { kill as sendSignal } from "node:process";
import {
  claimEvent,
  eventDone,
  getEvent,
  listDeadLetters,
  listEvents,
  tenantIds,
  updateTenant,
  type InboxRow,
} from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, beforeEach, expect, test, type TestContext } from "vitest";
import { createBacklogGate } from "../ingestion/backlog.ts";
import { newTenant } from "../testing/publish.ts";
import { noRedisHere, startRedis, type RedisServer } from "../testing/redis-server.ts";
import { until } from "../testing/until.ts";
import { newWorld, type World } from "../testing/world.ts";
import { connectOnce, endRedis, openRedis } from "./connection.ts";
import { startEventStream, type EventStream } from "./event-stream.ts";
import { messageFields } from "./message.ts";
import { openEventPublisher } from "./publish.ts";
import { deadLetterStream, streamFromEnvironment, type StreamSettings } from "./settings.ts";
import { createStreams } from "./streams.ts";

const missing = noRedisHere();
let world: World;
let redis: RedisServer;
let settings: StreamSettings;
beforeAll(async () => {
  if (missing !== undefined) return;
  world = await newWorld();
  redis = await startRedis();
  settings = {
    url: redis.url,
    prefix: "workflow:events:",
    group: "workflow-workers",
    batchSize: 10,
    idleTimeoutMs: 400,
  };
});
afterAll(async () => {
  await redis?.close();
  await world?.close();
});
beforeEach((context: TestContext) => {
  if (missing !== undefined) context.skip(missing);
});

const quiet = { info: () => undefined, warn: () => undefined };
let processes = 0;
function startStream(more: Partial<Parameters<typeof startEventStream>[0]> = {}): Promise<EventStream> {
  const identity = `test:${(processes += 1)}`;
  return startEventStream({
    store: world.store,
    settings,
    rules: { paths: {} },
    identity,
    consumers: 2,
    log: quiet,
    ...more,
  });
}
const key = (): string => settings.prefix + world.tenantId;
const add = (fields: Record<string, string>, to = key()): Promise<string> =>
  redis.client.xAdd(to, "*", fields).then(String);
const entry = (id: string, more: object = {}): Record<string, string> =>
  messageFields({ id, name: "stream.test", tenantId: world.tenantId, payload: { n: 1 }, correlationKey: id, ...more });
async function byProducersId(id: string): Promise<InboxRow[]> {
  return (await world.store.tenant(world.tenantId, (db) => listEvents(db, { eventId: id }, {}))).items;
}
const inbox = (id: string): Promise<InboxRow> =>
  until(`event ${id} is in the inbox`, async () => (await byProducersId(id))[0]);
const pending = async (): Promise<number> => (await redis.client.xPending(key(), settings.group)).pending;
const nothingIsOwed = (): Promise<true> =>
  until("everything is acknowledged and trimmed", async () =>
    (await pending()) === 0 && (await redis.client.xLen(key())) === 0 ? true : undefined,
  );

test("[ING-16] [ING-23] a published message carries id, name, tenant, user, payload, time, key and run, and all of it reaches the inbox", async () => {
  await world.publish({ workflow: "named", steps: [{ id: "done", type: "control.return", output: 1 }] });
  const runId = await world.start("named");
  const publisher = await openEventPublisher(settings);
  const sent = await publisher.publish({
    id: "published-1",
    name: "order.paid",
    tenantId: world.tenantId,
    source: "shop",
    userId: "ada",
    correlationKey: "o-17",
    payload: { amount: 9, note: "ü\u2028" },
    runId,
  });
  publisher.close();
  expect(sent).toEqual({ id: "published-1", stream: key(), entryId: expect.stringMatching(/^\d+-\d+$/) });
  const [held] = (await redis.client.xRange(key(), "-", "+")) ?? [];
  expect(held?.message).toEqual({
    id: "published-1",
    event_name: "order.paid",
    tenant_id: world.tenantId,
    source: "shop",
    user_id: "ada",
    workflow_correlation_key: "o-17",
    payload: JSON.stringify({ amount: 9, note: "ü\u2028" }),
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    run_id: runId,
  });
  const stream = await startStream();
  expect(await inbox("published-1")).toMatchObject({
    source: "shop",
    name: "order.paid",
    payload: { amount: 9, note: "ü\u2028" },
    userId: "ada",
    correlationKey: "o-17",
    correlationHow: "explicit",
    runId,
    state: "pending",
    occurredAt: held?.message["timestamp"],
  });
  await nothingIsOwed();
  await stream.stop();
});

test("[ING-02] [ING-24] an entry read again, by whomever, brings nothing twice", async () => {
  const stream = await startStream();
  await Promise.all(Array.from({ length: 40 }, (_, n) => add(entry(`twice-${n % 20}`))));
  await inbox("twice-19");
  await nothingIsOwed();
  for (let n = 0; n < 20; n += 1) expect(await byProducersId(`twice-${n}`)).toHaveLength(1);
  await stream.stop();
});

test("[ING-24] an entry is acknowledged only once its row is committed: while it cannot be stored it stays owed, and comes in afterwards", async () => {
  let isAway = true;
  const store: World["store"] = {
    ...world.store,
    tenant: (tenantId, work) => {
      if (isAway) return Promise.reject(new Error("the database is away"));
      return world.store.tenant(tenantId, work);
    },
  };
  const stream = await startStream({ store });
  await add(entry("owed-1"));
  await until("a consumer has it and cannot store it", async () => ((await pending()) === 1 ? true : undefined));
  await until("that is told", () => (stream.health().state === "failing" ? true : undefined));
  expect(await byProducersId("owed-1")).toEqual([]);
  isAway = false;
  await inbox("owed-1");
  await nothingIsOwed();
  await until("that is over", () => (stream.health().state === "ok" ? true : undefined));
  await stream.stop();
});

test("[ING-24] [TST-26] what a consumer has had for too long is taken over by another", async () => {
  await add(entry("claimed-0"));
  const other = await startStream();
  await inbox("claimed-0");
  await other.stop();
  // A consumer that takes entries and is never heard of again.
  await Promise.all(Array.from({ length: 25 }, (_, n) => add(entry(`idle-${n}`))));
  await redis.client.xReadGroup(settings.group, "gone:1:0", { key: key(), id: ">" }, { COUNT: 25 });
  expect(await pending()).toBe(25);
  const stream = await startStream();
  for (let n = 0; n < 25; n += 1) await inbox(`idle-${n}`);
  await nothingIsOwed();
  await stream.stop();
});

test("[ING-19] [OPS-10] what is no event becomes a dead row with code, payload and error, and holds up nothing behind it", async () => {
  const bad: [id: string, fields: Record<string, string | Buffer>, code: string][] = [
    ["not-json", { ...entry("not-json"), payload: "{not json" }, "BODY_NOT_JSON"],
    ["too-exact", { ...entry("too-exact"), payload: '{"n":12345678901234567890}' }, "NUMBER_NOT_EXACT"],
    ["infinite", { ...entry("infinite"), payload: '{"n":1e400}' }, "NUMBER_NOT_EXACT"],
    ["nul", { ...entry("nul"), payload: '{"t":"a\\u0000b"}' }, "TEXT_NOT_STORABLE"],
    ["surrogate", { ...entry("surrogate"), payload: '{"t":"\\ud800"}' }, "TEXT_NOT_STORABLE"],
    ["no-utf8", { ...entry("no-utf8"), payload: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]) }, "TEXT_NOT_STORABLE"],
    ["twice-given", { ...entry("twice-given"), payload: '{"a":1,"a":2}' }, "REQUEST_INVALID"],
    ["too-large", { ...entry("too-large"), payload: JSON.stringify("x".repeat(300_000)) }, "PAYLOAD_TOO_LARGE"],
    ["no-run", { ...entry("no-run"), run_id: "0197a4a2-0000-7000-8000-000000000000" }, "RUN_NOT_FOUND"],
    ["not-a-run", { ...entry("not-a-run"), run_id: "17" }, "REQUEST_INVALID"],
    ["other-tenant", { ...entry("other-tenant"), tenant_id: crypto.randomUUID() }, "TENANT_NOT_FOUND"],
    ["nameless", { id: "nameless", payload: "{}" }, "REQUEST_INVALID"],
    ["no-time", { ...entry("no-time"), timestamp: "yesterday" }, "REQUEST_INVALID"],
    ["no-year", { ...entry("no-year"), timestamp: "0000-01-01T00:00:00Z" }, "REQUEST_INVALID"],
    ["long-key", { ...entry("long-key"), workflow_correlation_key: "k".repeat(1_001) }, "REQUEST_INVALID"],
  ];
  for (const [, fields] of bad) await redis.client.xAdd(key(), "*", fields as never);
  await add({ nothing: "of an event" });
  await add(entry("conflict"));
  await add(entry("conflict", { payload: { n: 2 } }));
  await add(entry("behind-them"));
  const stream = await startStream();
  expect(await inbox("behind-them")).toMatchObject({ state: "pending" });
  await nothingIsOwed();
  for (const [id, fields, code] of bad) {
    const [row, ...more] = await byProducersId(id);
    expect([id, more]).toEqual([id, []]);
    expect(row, id).toMatchObject({
      state: "dead",
      refused: true,
      attempts: 0,
      dueAt: null,
      error: { code, stream: key(), entryId: expect.any(String) },
    });
    if (typeof fields["payload"] === "string" && ["not-json", "infinite", "nul"].includes(id))
      expect(String(JSON.stringify(row?.payload)).length, id).toBeGreaterThan(5);
  }
  expect((await byProducersId("not-json"))[0]).toMatchObject({ payload: "{not json", correlationKey: "not-json" });
  expect(await byProducersId("conflict")).toMatchObject([{ state: "pending", payload: { n: 1 } }]);
  const letters = await world.store.tenant(world.tenantId, (db) => listDeadLetters(db, {}, { limit: 200 }));
  const codes = letters.items.map(({ error }) => (error as { code: string }).code);
  expect(codes.filter((code) => code === "EVENT_CONFLICT")).toHaveLength(1);
  expect(letters.items).toHaveLength(bad.length + 2);
  await stream.stop();
});

test("[ING-23] the time that an entry gives is kept as it is meant, however wrong its sender's clock, and its trace with it", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const times: [given: string | undefined, kept: string | null][] = [
    ["2031-03-30T02:30:00+02:00", "2031-03-30T00:30:00.000Z"],
    ["2031-03-30T00:30:00.123456", "2031-03-30T00:30:00.123Z"],
    ["1900000000000", "2030-03-17T17:46:40.000Z"],
    ["-1", "1969-12-31T23:59:59.999Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
    ["", null],
    [undefined, null],
  ];
  for (const [n, [given]] of times.entries()) {
    const { timestamp: _, ...rest } = entry(`timed-${n}`);
    await add({ ...rest, traceparent, ...(given === undefined ? {} : { timestamp: given }) });
  }
  await add({ ...entry("untraced"), traceparent: "00-nonsense" });
  const stream = await startStream();
  for (const [n, [, kept]] of times.entries())
    expect(await inbox(`timed-${n}`), String(n)).toMatchObject({ state: "pending", occurredAt: kept, traceparent });
  expect(await inbox("untraced")).toMatchObject({ state: "pending", traceparent: null });
  await stream.stop();
});

test("[OPS-08] a worker's consumer takes several events at once, and never more than WORKFLOW_REDIS_BATCH_SIZE", async () => {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const store: World["store"] = {
    ...world.store,
    tenant: async (tenantId, work) => {
      await held;
      return world.store.tenant(tenantId, work);
    },
  };
  for (let n = 0; n < 25; n += 1) await add(entry(`at-once-${String(n).padStart(2, "0")}`));
  const batchSize = streamFromEnvironment({ REDIS_URL: redis.url, WORKFLOW_REDIS_BATCH_SIZE: "8" })?.batchSize;
  const taken: number[] = [];
  const stream = await startStream({
    store,
    consumers: 1,
    settings: { ...settings, batchSize: batchSize ?? 0 },
    onTaken: ({ accepted }) => taken.push(accepted),
  });
  await until("the consumer has its first entries", async () => ((await pending()) > 0 ? true : undefined));
  expect(await pending()).toBe(8);
  letGo();
  await inbox("at-once-24");
  await nothingIsOwed();
  expect(taken).toEqual([8, 8, 8, 1]);
  await stream.stop();
});

test("[ING-24] what the inbox of a tenant has no room for stays in its stream, is told, holds up no other tenant, and comes in as there is room", async () => {
  const full = await newTenant(world.store);
  const fullKey = settings.prefix + full;
  const ids = Array.from({ length: 12 }, (_, n) => `room-${n}`);
  for (const id of ids) await add(messageFields({ id, name: "n", tenantId: full, payload: { n: 1 } }), fullKey);
  await add({ ...messageFields({ id: "bad", name: "n", tenantId: full }), payload: "{" }, fullKey);
  const stream = await startStream({ consumers: 1, rules: { paths: {}, backlog: createBacklogGate(5) } });
  const rows = async (): Promise<InboxRow[]> =>
    (await world.store.tenant(full, (db) => listEvents(db, { states: ["pending"] }, { limit: 200 }))).items;
  await until("the inbox is full", async () => ((await rows()).length === 5 ? true : undefined));
  await until("that is told", () => (stream.health().full.includes(fullKey) ? true : undefined));
  // Told beside the state: the process is well, and is not to be started again for it.
  await until("all else is well", () => (stream.health().state === "ok" ? true : undefined));
  await until("what waits is told", () => (stream.health().pending + stream.health().lag >= 7 ? true : undefined));
  const other = await newTenant(world.store);
  await add(messageFields({ id: "beside", name: "n", tenantId: other }), settings.prefix + other);
  await until("another tenant's event is taken", async () => {
    const { items } = await world.store.tenant(other, (db) => listEvents(db, {}, {}));
    return items.length === 1 ? true : undefined;
  });
  expect((await rows()).length).toBe(5);
  const routed = new Set<string>();
  await until("all have come in", async () => {
    const waiting = await rows();
    expect(waiting.length).toBeLessThanOrEqual(5);
    for (const { id, eventId } of waiting) {
      await world.store.tenant(full, (db) => claimEvent(db, id, { worker: "w", claimMs: 60_000 }));
      await world.store.tenant(full, (db) => eventDone(db, id, { worker: "w", status: "completed" }));
      routed.add(eventId);
    }
    return routed.size === ids.length ? true : undefined;
  });
  expect([...routed].sort()).toEqual(ids.toSorted());
  await until("nothing waits any more", async () => {
    const owed = (await redis.client.xPending(fullKey, settings.group)).pending;
    return owed === 0 && stream.health().full.length === 0 ? true : undefined;
  });
  const letters = await world.store.tenant(full, (db) => listDeadLetters(db, {}, {}));
  expect(letters.items.map(({ producerId }) => producerId)).toEqual(["bad"]);
  await stream.stop();
});

test("[ING-24] [OPS-06] a stream of which nothing can be stored holds up no other; that is told, and it comes in once it can", async () => {
  const broken = await newTenant(world.store);
  const brokenKey = settings.prefix + broken;
  let isBroken = true;
  const store: World["store"] = {
    ...world.store,
    tenant: (tenantId, work) =>
      isBroken && tenantId === broken
        ? Promise.reject(new Error("no room on this tenant's disk"))
        : world.store.tenant(tenantId, work),
  };
  const stream = await startStream({ store, consumers: 1 });
  await add(messageFields({ id: "stuck", name: "n", tenantId: broken }), brokenKey);
  await until("that is told", () => (stream.health().state === "failing" ? true : undefined));
  for (let n = 0; n < 3; n += 1) {
    await add(entry(`beside-the-broken-${n}`));
    await inbox(`beside-the-broken-${n}`);
  }
  expect(stream.health()).toMatchObject({
    state: "failing",
    consumers: [{ state: "failing", lastError: "no room on this tenant's disk" }],
  });
  expect((await redis.client.xPending(brokenKey, settings.group)).pending).toBe(1);
  isBroken = false;
  await until("it has come in", async () => {
    const { items } = await world.store.tenant(broken, (db) => listEvents(db, { eventId: "stuck" }, {}));
    return items.length === 1 ? true : undefined;
  });
  await until("all is well", () => (stream.health().state === "ok" ? true : undefined));
  await stream.stop();
});

test("[ING-19] [OPS-10] what the database refuses for a reason that nobody asks for is tried a few times, and kept as it came; it holds up nobody", async () => {
  const odd = await newTenant(world.store);
  const oddKey = settings.prefix + odd;
  await asOwner(
    world.database,
    `create function refuse_poison() returns trigger language plpgsql as $$ begin raise exception 'no % here', new.name; end $$;
     create trigger refuse_poison before insert on workflow_runtime_events for each row
       when (new.name = 'worst' or (new.name = 'poison' and not new.refused)) execute function refuse_poison()`,
  );
  const sent = (id: string, name: string): Record<string, string> =>
    messageFields({ id, name, tenantId: odd, source: "shop", payload: { n: 1 }, correlationKey: "k" });
  const poison = sent("poison-1", "poison");
  const poisonEntry = await add({ ...poison, colour: "green" }, oddKey);
  await add(sent("worst-1", "worst"), oddKey);
  await add(sent("behind-1", "n"), oddKey);
  const stream = await startStream({ consumers: 1 });
  await until("the one behind is taken", async () => {
    const { items } = await world.store.tenant(odd, (db) => listEvents(db, { eventId: "behind-1" }, {}));
    return items.length === 1 ? true : undefined;
  });
  await until("all is done with", async () =>
    (await redis.client.xPending(oddKey, settings.group)).pending === 0 && (await redis.client.xLen(oddKey)) === 0
      ? true
      : undefined,
  );
  const letters = await world.store.tenant(odd, (db) => listDeadLetters(db, {}, {}));
  expect(letters.items).toMatchObject([
    {
      name: "poison",
      source: "shop",
      producerId: "poison-1",
      correlationKey: "k",
      refused: true,
      payload: { ...poison, colour: "green" },
      error: {
        code: "EVENT_NOT_STORABLE",
        message: expect.stringContaining("no poison here"),
        stream: oddKey,
        entryId: poisonEntry,
      },
    },
  ]);
  const aside = (await redis.client.xRange(deadLetterStream(settings), "-", "+")) ?? [];
  expect(aside.map(({ message }) => message).filter((message) => message["dead_stream"] === oddKey)).toMatchObject([
    { id: "worst-1", dead_code: "EVENT_NOT_STORABLE" },
  ]);
  await until("all is well", () => (stream.health().state === "ok" ? true : undefined));
  await stream.stop();
  await redis.client.del(deadLetterStream(settings));
});

test("[ING-24] what a suspended tenant's stream has stays there, is told, holds up no other, and comes in when the tenant is resumed", async () => {
  const held = await newTenant(world.store);
  const heldKey = settings.prefix + held;
  const suspend = (suspended: boolean): Promise<unknown> =>
    world.store.platform((db) => updateTenant(db, held, { suspended }));
  const came = async (): Promise<string[]> => {
    const { items } = await world.store.tenant(held, (db) => listEvents(db, {}, {}));
    return items.map(({ eventId }) => eventId).sort();
  };
  const stream = await startStream({ consumers: 1 });
  await add(messageFields({ id: "before", name: "n", tenantId: held }), heldKey);
  await until("the first is in", async () => ((await came()).length === 1 ? true : undefined));
  await suspend(true);
  await add(messageFields({ id: "meanwhile", name: "n", tenantId: held }), heldKey);
  await add({ ...messageFields({ id: "no-event", name: "n", tenantId: held }), payload: "{" }, heldKey);
  await until("that is told", () => (stream.health().suspended.includes(heldKey) ? true : undefined));
  await add(entry("beside-the-suspended"));
  await inbox("beside-the-suspended");
  expect(stream.health()).toMatchObject({ state: "ok", full: [] });
  await until("what waits there is no lag", () => {
    const { lag, pending: owed } = stream.health();
    return lag + owed === 0 ? true : undefined;
  });
  expect(await came()).toEqual(["before"]);
  await suspend(false);
  await until("all is in", async () => ((await came()).length === 3 ? true : undefined));
  await until("nothing is held any more", () => (stream.health().suspended.length === 0 ? true : undefined));
  await until("all is acknowledged", async () =>
    (await redis.client.xPending(heldKey, settings.group)).pending === 0 ? true : undefined,
  );
  await stream.stop();
});

test("[ING-24] a tenant's stream that another program makes is found without walking through Redis' keys", async () => {
  const scans = async (): Promise<number> => {
    const stats = await redis.client.info("commandstats");
    return Number(/cmdstat_scan:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  };
  const own = await openRedis(settings.url, () => undefined);
  await connectOnce(own);
  const stray = `${settings.prefix}${crypto.randomUUID()}`;
  await add(entry("of nobody"), stray);
  const streams = createStreams(own, settings, { tenantIds: () => world.store.platform(tenantIds), log: quiet });
  await until("one that is no tenant's is found by a walk", async () => {
    await streams.discover();
    return streams.keys().includes(stray) ? true : undefined;
  });
  const walked = await scans();
  expect(walked).toBeGreaterThan(0);
  const made = await newTenant(world.store);
  const other = await newTenant(world.store);
  await redis.client.set(settings.prefix + other, "no stream");
  await add(messageFields({ id: "m", name: "n", tenantId: made }), settings.prefix + made);
  await until("a new tenant's is found", async () => {
    await streams.discover();
    return streams.keys().includes(settings.prefix + made) ? true : undefined;
  });
  for (let n = 0; n < 5; n += 1) await streams.discover();
  expect(streams.keys()).not.toContain(settings.prefix + other);
  expect(await scans()).toBe(walked);
  await redis.client.del(stray);
  await streams.discover();
  expect(streams.keys()).not.toContain(stray);
  streams.stop();
  endRedis(own);
});

test("[ING-24] an entry that somebody deletes while it is owed holds up nothing behind it", async () => {
  let isAway = true;
  const store: World["store"] = {
    ...world.store,
    tenant: (tenantId, work) =>
      isAway ? Promise.reject(new Error("the database is away")) : world.store.tenant(tenantId, work),
  };
  const stream = await startStream({ store, consumers: 1 });
  const deleted = await add(entry("deleted"));
  await add(entry("behind-the-deleted"));
  await until("both are given to the consumer", async () => ((await pending()) === 2 ? true : undefined));
  // As XADD with MAXLEN does.
  await redis.client.xDel(key(), deleted);
  isAway = false;
  await inbox("behind-the-deleted");
  await nothingIsOwed();
  await until("all is well", () => (stream.health().state === "ok" ? true : undefined));
  // Gone, or taken in by a try that had read it before: at most once.
  expect((await byProducersId("deleted")).length).toBeLessThan(2);
  await stream.stop();
});

test("[ING-24] entries of a stream that is no tenant's go to a stream of their own", async () => {
  const strays = [`${settings.prefix}${crypto.randomUUID()}`, `${settings.prefix}nobody`];
  for (const stray of strays) await add(entry(`stray ${stray}`), stray);
  const stream = await startStream();
  const held = await until("both are set aside", async () => {
    const entries = (await redis.client.xRange(deadLetterStream(settings), "-", "+")) ?? [];
    return entries.length === 2 ? entries : undefined;
  });
  expect(held.map(({ message }) => message["dead_stream"]).sort()).toEqual(strays.sort());
  expect(held[0]?.message).toMatchObject({ event_name: "stream.test", dead_code: "TENANT_NOT_FOUND" });
  await stream.stop();
});

test("[ING-20] [OPS-11] Redis emptied, held, killed and started again: what was accepted is there, and events go on coming in", async () => {
  const stream = await startStream();
  await add(entry("before-flush"));
  const before = await inbox("before-flush");
  await redis.client.flushAll();
  await add(entry("after-flush"));
  await inbox("after-flush");
  await redis.kill();
  await until("that Redis is away is told", () => (stream.health().state === "failing" ? true : undefined));
  await redis.start();
  await add(entry("after-restart"));
  await inbox("after-restart");
  await until("all is well again", () => (stream.health().state === "ok" ? true : undefined));
  sendSignal(redis.pid(), "SIGSTOP");
  await until("its silence is told", () => (stream.health().state === "failing" ? true : undefined), {
    withinMs: 40_000,
  });
  sendSignal(redis.pid(), "SIGCONT");
  await until("the test's own connection is there again", async () =>
    add(entry("after-silence")).catch(() => undefined),
  );
  await inbox("after-silence");
  expect(await world.store.tenant(world.tenantId, (db) => getEvent(db, before.id))).toEqual(before);
  await stream.stop();
});

test("[ING-24] [OPS-06] each consumer has a name of its own and tells lag, pending and last success; one that ends takes itself off", async () => {
  const other = await newTenant(world.store);
  await add(messageFields({ id: "o-1", name: "n", tenantId: other }), settings.prefix + other);
  const stream = await startStream({ consumers: 3 });
  await until("all are at work", () =>
    stream.health().consumers.every(({ state }) => state === "ok") ? true : undefined,
  );
  const health = await until("nothing is owed", () => {
    const now = stream.health();
    return now.streams >= 1 && now.lag === 0 && now.pending === 0 ? now : undefined;
  });
  expect(new Set(health.consumers.map(({ id }) => id)).size).toBe(3);
  for (const one of health.consumers)
    expect(one).toMatchObject({ pending: 0, lag: 0, lastSuccessAt: expect.any(String) });
  expect(health.state).toBe("ok");
  await stream.stop();
  expect((await redis.client.xInfoConsumers(settings.prefix + other, settings.group)).map(({ name }) => name)).toEqual(
    [],
  );
  await add(entry("waits"));
  const busy = await startStream({ store: { ...world.store, tenant: () => Promise.reject(new Error("away")) } });
  await until("what is owed is told", () => {
    const { pending: owed, consumers } = busy.health();
    return owed === 1 && consumers.some(({ pending: own }) => own === 1) ? true : undefined;
  });
  await busy.stop();
  expect((await redis.client.xInfoConsumers(key(), settings.group)).map(({ pending: owed }) => owed)).toContain(1);
});

test("[ING-25] the stream is set by its variables, has defaults, and a value that cannot be is named", () => {
  expect(streamFromEnvironment({})).toBeUndefined();
  expect(streamFromEnvironment({ REDIS_URL: "redis://h:1" })).toEqual({
    url: "redis://h:1",
    prefix: "workflow:events:",
    group: "workflow-workers",
    batchSize: 10,
    idleTimeoutMs: 60_000,
  });
  const set = {
    REDIS_URL: "rediss://h",
    WORKFLOW_REDIS_STREAM_PREFIX: "p:",
    WORKFLOW_REDIS_CONSUMER_GROUP: "g",
    WORKFLOW_REDIS_BATCH_SIZE: "7",
    WORKFLOW_REDIS_IDLE_TIMEOUT_MS: "500",
  };
  expect(streamFromEnvironment(set)).toEqual({
    url: "rediss://h",
    prefix: "p:",
    group: "g",
    batchSize: 7,
    idleTimeoutMs: 500,
  });
  for (const [variable, value] of [
    ["REDIS_URL", "localhost"],
    ["WORKFLOW_REDIS_BATCH_SIZE", "0"],
    ["WORKFLOW_REDIS_IDLE_TIMEOUT_MS", "soon"],
  ] as const)
    expect(() => streamFromEnvironment({ ...set, [variable]: value })).toThrow(variable);
});
