// Events flood in from four senders, by API and by stream, a fifth of them twice and all out of order, while workers and server are killed and
// Redis is emptied. Afterwards every event that was accepted has come to its end, and to one only.
import { setTimeout as pause } from "node:timers/promises";
import { newApiKey, newTenant, startRedis, testWaits, until, type RedisServer } from "@mainspring/runtime/testing";
import { newChance, type Chance } from "../faults/chance.ts";
import { startProduct, type Kept, type Product } from "../faults/product.ts";
import { sideBySide } from "../faults/side-by-side.ts";
import { apiOf, expectStatus, type Api } from "../start/api.ts";
import { countTenant, missingIds, type Counts } from "./count.ts";
import { floodEvents, startsByEvent, waitsForOne, type Fate, type FloodEvent } from "./events.ts";
import { sendByApi, sendByStream, type Sent } from "./senders.ts";

export type FloodOptions = {
  events: number;
  kills: number;
  flushes: number;
  /** Events that each resume a run, and events that each start one. */
  parked: number;
  starts: number;
  seed?: number;
  say: (line: string) => void;
};

export type FloodReport = {
  seed: number;
  sent: number;
  /** Copies of events beyond the first of each. */
  duplicates: number;
  repeated: number;
  kills: Record<"worker" | "other worker" | "server", number>;
  flushes: number;
  /** Put into a stream, lost there with Redis before they were accepted, and sent again. */
  lostInRedis: number;
  tenants: { expected: Record<Fate, number>; counts: Counts }[];
  /** Of runs that should have ended and have not, or otherwise. */
  wrong: string[];
  acceptedMs: number;
  routedMs: number;
};

const tenantCount = 2;
const duplicatesOf = 5;

export async function flood(options: FloodOptions): Promise<FloodReport> {
  const { events: total, say } = options;
  const chance = newChance(options.seed);
  const redis = await startRedis();
  const closers: (() => Promise<unknown>)[] = [() => redis.close()];
  try {
    // Claims run out as soon as a live worker can be relied on to have done with them on a busy machine.
    const waits = JSON.stringify({ ...testWaits, eventClaimMs: 15_000, inboxPollMs: 1_000 });
    const streaming = {
      REDIS_URL: redis.url,
      WORKFLOW_REDIS_IDLE_TIMEOUT_MS: "3000",
      WORKFLOW_REDIS_BATCH_SIZE: "200",
    };
    const product = await startProduct(streaming, { MAINSPRING_WAITS: waits, MAINSPRING_INBOX_BACKLOG_MAX: "1000000" });
    closers.push(() => product.close());
    const { world } = product;
    const other = await product.anotherWorker();
    const tenants = [world.tenantId, await newTenant(world.store)];
    const apis = await Promise.all(
      tenants.map(async (id) => apiOf(product.url, await newApiKey(world.store, id, "admin"))),
    );
    const events = floodEvents({ ...options, events: total, tenants: tenantCount, chance });
    const parked = await park(apis, events, say);

    const copies = shuffled([...events, ...events.filter((_, n) => n % duplicatesOf === 0)], chance);
    // What is refused can come by a stream only: to the API it was never said.
    const byApi = copies.filter((event, n) => event.fate !== "dead" && n % 2 === 0);
    const byStream = copies.filter((event, n) => event.fate === "dead" || n % 2 === 1);
    const going = { over: false };
    const startedMs = performance.now();
    const killing = trouble({ product, other, redis, chance, going, ...options });
    const half = (some: readonly FloodEvent[], which: number): FloodEvent[] => some.filter((_, n) => n % 2 === which);
    const sending = Promise.all([
      sendByApi(apis, half(byApi, 0), newChance(chance.seed + 1)),
      sendByApi(apis, half(byApi, 1), newChance(chance.seed + 2)),
      sendByStream(redis, tenants, half(byStream, 0), newChance(chance.seed + 3)),
      sendByStream(redis, tenants, half(byStream, 1), newChance(chance.seed + 4)),
    ]);
    sending.catch(() => (going.over = true));
    const [one, two] = await sending;
    // The next flush would take what is sent again.
    const fell = await killing;
    const lostInRedis = await sendMissing({ product, redis, tenants, events: byStream, chance });
    const acceptedMs = performance.now() - startedMs;
    say(`all ${events.length} are accepted after ${seconds(acceptedMs)}`);
    await settled(product, tenants, say);
    const routedMs = performance.now() - startedMs;

    const receipts = new Set([...one.receipts, ...two.receipts]);
    const counted = await Promise.all(
      tenants.map(async (tenantId, tenant) => ({
        expected: expectedOf(events.filter((event) => event.tenant === tenant)),
        counts: await countTenant(world, tenantId),
        unaccepted: await missingIds(
          world,
          tenantId,
          events.filter((event) => event.tenant === tenant && receipts.has(event.id)).map(({ id }) => id),
        ),
      })),
    );
    return {
      seed: chance.seed,
      sent: events.length,
      duplicates: copies.length - events.length,
      repeated: repeatedBy(one) + repeatedBy(two),
      ...fell,
      lostInRedis,
      tenants: counted,
      wrong: [
        ...counted.flatMap(({ unaccepted }) => unaccepted.map((id) => `${id} had a receipt and is not there`)),
        ...(await endedOtherwise(apis, parked)),
      ],
      acceptedMs,
      routedMs,
    };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

function repeatedBy(sent: Sent): number {
  return sent.repeated;
}

type Parked = { tenant: number; runId: string; n: number };

/** Publishes the two workflows, and starts a run for each event that is to be taken. */
async function park(
  apis: readonly Api[],
  events: readonly FloodEvent[],
  say: (line: string) => void,
): Promise<Parked[]> {
  for (const api of apis) {
    for (const definition of [waitsForOne, startsByEvent]) {
      expectStatus(await api.request("POST", "/workflows", { definition }), 201);
      expectStatus(await api.request("POST", `/workflows/${definition.workflow}/publish`, {}), 200, 201);
    }
  }
  const parked: Parked[] = [];
  await sideBySide(
    events.filter(({ fate }) => fate === "taken"),
    12,
    async ({ tenant, correlationKey: key, payload }) => {
      const api = apis[tenant] as Api;
      const started = expectStatus(
        await api.request("POST", "/workflows/flood-parked/runs", { payload: { key } }),
        202,
      );
      parked.push({ tenant, runId: String(started["runId"]), n: Number(payload["n"]) });
    },
  );
  say(`${parked.length} runs wait, each for an event of its own`);
  return parked;
}

async function trouble(parts: {
  product: Product;
  other: Kept;
  redis: RedisServer;
  chance: Chance;
  going: { over: boolean };
  kills: number;
  flushes: number;
  say: (line: string) => void;
}): Promise<Pick<FloodReport, "kills" | "flushes">> {
  const { product, other, redis, chance, going, say } = parts;
  const kills = { worker: 0, "other worker": 0, server: 0 };
  let flushes = 0;
  const victims: [keyof typeof kills, Kept][] = [
    ["server", product.server],
    ["worker", product.worker],
    ["other worker", other],
  ];
  const all = parts.kills + parts.flushes;
  for (let n = 0; n < all && !going.over; n += 1) {
    await pause(n === 0 ? chance.between(50, 150) : chance.between(200, 1_500));
    // As many flushes as asked for, spread among the kills.
    if (Math.floor(((n + 1) * parts.flushes) / all) > flushes) {
      await redis.client.flushAll();
      flushes += 1;
      say(`${n + 1} of ${all}: Redis is emptied`);
      continue;
    }
    // In turn, so that few kills reach all; the moments are chance.
    const [name, victim] = victims[(n - flushes) % victims.length] as (typeof victims)[number];
    await victim.ready();
    await victim.kill();
    kills[name] += 1;
    say(`${n + 1} of ${all}: ${name} is killed`);
  }
  for (const [, victim] of victims) await victim.ready();
  return { kills, flushes };
}

/** What a producer by stream does that wants to be sure: it asks what has arrived, and sends the rest again. */
async function sendMissing(parts: {
  product: Product;
  redis: RedisServer;
  tenants: readonly string[];
  events: readonly FloodEvent[];
  chance: Chance;
}): Promise<number> {
  const { product, redis, tenants, events, chance } = parts;
  const lost = new Set<string>();
  await until(
    "all events of the streams are in the inbox",
    async () => {
      await until(
        "the streams are read",
        async () => {
          const left = await Promise.all(tenants.map((id) => redis.client.xLen(`workflow:events:${id}`)));
          return left.every((count) => count === 0) ? true : undefined;
        },
        { withinMs: 600_000, everyMs: 250 },
      );
      const missing: FloodEvent[] = [];
      for (const [tenant, tenantId] of tenants.entries()) {
        const own = new Map(events.filter((event) => event.tenant === tenant).map((event) => [event.id, event]));
        for (const id of await missingIds(product.world, tenantId, [...own.keys()]))
          missing.push(own.get(id) as FloodEvent);
      }
      if (missing.length === 0) return true;
      for (const { id } of missing) lost.add(id);
      await sendByStream(redis, tenants, missing, chance);
      return undefined;
    },
    { withinMs: 900_000, everyMs: 250 },
  );
  return lost.size;
}

async function settled(product: Product, tenants: readonly string[], say: (line: string) => void): Promise<void> {
  let saidAtMs = performance.now();
  await until(
    "every event has come to its end",
    async () => {
      const { events, starts, deliveries } = await product.world.database.dispatcher.backlog();
      if (performance.now() - saidAtMs > 10_000) {
        saidAtMs = performance.now();
        say(`${events.count} events wait, ${starts.count} starts, ${deliveries.count} deliveries`);
      }
      if (events.count + starts.count + deliveries.count > 0) return undefined;
      const counts = await Promise.all(tenants.map((id) => countTenant(product.world, id)));
      return counts.every(({ open }) => open === 0) ? true : undefined;
    },
    { withinMs: 1_800_000, everyMs: 500 },
  );
}

function expectedOf(events: readonly FloodEvent[]): Record<Fate, number> {
  const none: Record<Fate, number> = {
    taken: 0,
    started: 0,
    filtered: 0,
    "no-trigger": 0,
    "correlation-missing": 0,
    dead: 0,
  };
  for (const { fate } of events) none[fate] += 1;
  return none;
}

async function endedOtherwise(apis: readonly Api[], parked: readonly Parked[]): Promise<string[]> {
  const wrong: string[] = [];
  await sideBySide(parked, 8, async ({ tenant, runId, n }) => {
    const run = await until(
      `run ${runId} has ended`,
      async () => {
        const { body } = await (apis[tenant] as Api).request("GET", `/runs/${runId}`);
        return body["completedAt"] === null ? undefined : body;
      },
      { withinMs: 120_000, everyMs: 100 },
    ).catch(() => undefined);
    if (run?.["status"] !== "SUCCEEDED" || run["output"] !== n)
      wrong.push(`run ${runId} ended ${String(run?.["status"])}`);
  });
  return wrong;
}

function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = chance.between(0, i);
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}

/** @returns where what happened is not what is promised */
export function judgedFlood(
  report: FloodReport,
  asked: { readonly kills: number; readonly flushes: number },
): string[] {
  const fell = Object.values(report.kills).reduce((sum, count) => sum + count, 0);
  return [
    ...(fell < asked.kills ? [`only ${fell} of ${asked.kills} kills fell while events came in`] : []),
    ...(report.flushes < asked.flushes ? [`only ${report.flushes} of ${asked.flushes} flushes`] : []),
    ...report.wrong,
    ...report.tenants.flatMap(({ expected, counts }, tenant) => {
      const { accepted, taken, started, unmatched, dead, lost, open } = counts;
      const reasons = Object.values(unmatched).reduce((sum, count) => sum + count, 0);
      const of = `tenant ${tenant + 1}:`;
      const all = Object.values(expected).reduce((sum, count) => sum + count, 0);
      return [
        ...(accepted === taken + started + reasons + dead
          ? []
          : [`${of} ${accepted} accepted, ${taken + started + reasons + dead} accounted for`]),
        ...(accepted === all ? [] : [`${of} ${all} sent, ${accepted} accepted`]),
        ...(lost + open === 0 ? [] : [`${of} ${lost} without a reason, ${open} not at an end`]),
        ...(taken === expected.taken ? [] : [`${of} ${taken} of ${expected.taken} taken`]),
        ...(started === expected.started ? [] : [`${of} ${started} of ${expected.started} started a run`]),
        ...(dead === expected.dead ? [] : [`${of} ${dead} of ${expected.dead} dead`]),
        ...(["filtered", "no-trigger", "correlation-missing"] as const).flatMap((reason) =>
          (unmatched[reason] ?? 0) === expected[reason]
            ? []
            : [`${of} ${unmatched[reason] ?? 0} of ${expected[reason]} ${reason}`],
        ),
        ...(counts.startedTwice + counts.takenTwice === 0
          ? []
          : [`${of} ${counts.startedTwice} events started two runs, ${counts.takenTwice} were taken twice`]),
      ];
    }),
  ];
}

export function floodSummary(report: FloodReport): string[] {
  const { seed, sent, duplicates, kills, flushes, acceptedMs, routedMs } = report;
  const perSecond = (ms: number): number => Math.round(sent / (ms / 1_000));
  return [
    `seed ${seed}: ${sent} events and ${duplicates} duplicates from 4 senders; SIGKILLs: worker ${kills.worker}, other worker ` +
      `${kills["other worker"]}, server ${kills.server}; Redis emptied ${flushes} times (${report.lostInRedis} events were lost in it ` +
      `before they were accepted, and sent again); ${report.repeated} requests were repeated`,
    `accepted after ${seconds(acceptedMs)} (${perSecond(acceptedMs)} a second), all routed after ${seconds(routedMs)} (${perSecond(routedMs)} a second)`,
    ...report.tenants.map(({ counts }, tenant) => {
      const { accepted, taken, started, unmatched, dead } = counts;
      const reasons = Object.entries(unmatched).map(([reason, count]) => `${count} ${reason}`);
      return `tenant ${tenant + 1}: ${accepted} accepted = ${taken} taken + ${started} started + ${reasons.join(" + ")} + ${dead} dead`;
    }),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
