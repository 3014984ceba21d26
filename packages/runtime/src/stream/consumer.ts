import type { Log } from "../activities/dependencies.ts";
import { messageOf } from "../temporal/grpc.ts";
import { connectOrGoOn, endRedis, openRedis, type RedisClient } from "./connection.ts";
import { readGroup } from "./read-group.ts";
import type { StreamSettings } from "./settings.ts";
import type { Streams } from "./streams.ts";
import type { TakenIn } from "./take-in.ts";

/** One entry of a stream as Redis gives it. */
export interface StreamEntry {
  readonly entryId: string;
  readonly fields: { readonly [name: string]: Buffer };
}

export interface ConsumerParts {
  readonly settings: StreamSettings;
  /** Of all consumers in the world; the first part of its names. */
  readonly id: string;
  readonly streams: Streams;
  readonly log: Log;
  /** What it is done with is acknowledged; the others are left to the stream, for the reason that it gives. */
  readonly take: (key: string, entries: readonly StreamEntry[]) => Promise<TakenIn>;
  /** Told that a stream or our group is not there any more. */
  readonly onGone: () => void;
}

export interface Consumer {
  readonly id: string;
  health(): ConsumerHealth;
  /** Takes nothing more, finishes what it has, and takes itself off the groups. */
  stop(): Promise<void>;
}

export interface ConsumerHealth {
  readonly state: "starting" | "ok" | "failing";
  /** Streams of tenants whose inbox is full: their entries stay where they are until there is room. */
  readonly full: readonly string[];
  /** Streams of suspended tenants: their entries stay where they are until the tenant is resumed. */
  readonly suspended: readonly string[];
  /** When entries, or the answer that there are none, came last. */
  readonly lastSuccessAt?: string;
  readonly lastError?: string;
}

/** A read blocks for a second at most. */
export const stopWithinMs = 3_000;
const blockMs = 1_000;
const idlePauseMs = 200;
const failurePauseMs = 250;
/** A stream of which something could not be taken is left alone for so long. */
const pausesMs = { full: 1_000, suspended: 1_000, refused: 500, failed: 500 } as const;
type Why = keyof typeof pausesMs;
/** What is said when it begins. */
const told: { readonly [W in Why]: string } = {
  full: "a tenant's inbox is full: its stream waits for room",
  suspended: "a tenant is suspended: its stream waits for it to be resumed",
  refused: "The database refuses an entry of a stream; it is tried again",
  failed: "Events of a stream cannot be taken; it is tried again",
};

// Only a consumer that has nothing left may go: with it would go what says that an entry is still owed.
const removeConsumer = `
for _, one in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  if one[4] == 0 and (one[2] == ARGV[2] or (ARGV[2] == '' and one[6] > tonumber(ARGV[3]))) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], one[2])
  end
end`;

export async function startConsumer(parts: ConsumerParts): Promise<Consumer> {
  const { settings, id, streams, log } = parts;
  const client = await openRedis(settings.url, () => undefined);
  const { RESP_TYPES } = await import("redis");
  // Bytes, not text: what is no UTF-8 has to be seen as such.
  const reader = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  let stopped = false;
  let health: Omit<ConsumerHealth, "full" | "suspended"> = { state: "starting" };
  // Streams of which we were given entries that we have not acknowledged, as after a failure: those come before what is new.
  let owed = new Set<string>();
  let owesAll = true;
  /** By stream: why not all of it was taken, and when it is looked at again. */
  const later = new Map<string, { readonly why: Why; readonly atMs: number }>();
  const waiting = (why: Why): string[] => [...later].flatMap(([key, one]) => (one.why === why ? [key] : [])).sort();
  let claimedAtMs = Date.now();
  let endPause: (() => void) | undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      endPause = () => (clearTimeout(timer), resolve());
    });
  const leaveAlone = (key: string, why: Why, error?: string): void => {
    const about = { consumer: id, stream: key, ...(error === undefined ? {} : { error }) };
    if (later.get(key)?.why !== why) log.warn(about, told[why]);
    later.set(key, { why, atMs: Date.now() + pausesMs[why] });
    owed.add(key);
  };
  /** One stream that cannot be taken from holds up no other. */
  const take = async (key: string, entries: readonly StreamEntry[]): Promise<void> => {
    if (entries.length === 0) return;
    try {
      const { entryIds, left } = await parts.take(key, entries);
      if (entryIds.length > 0) await client.xAck(key, settings.group, [...entryIds]);
      if (left !== undefined) leaveAlone(key, left.why, left.why === "refused" ? left.error : undefined);
      else comesIn(key);
    } catch (error) {
      const message = messageOf(error);
      leaveAlone(key, "failed", message);
      health = { ...health, lastError: message };
    }
  };
  const comesIn = (key: string): void => {
    const before = later.get(key);
    later.delete(key);
    if (before?.why === "full" || before?.why === "suspended")
      log.info({ consumer: id, stream: key, was: before.why }, "a stream that waited comes in again");
  };
  const read = async (keys: readonly string[], from: ">" | "0"): Promise<void> => {
    const given = await readGroup(client, {
      group: settings.group,
      consumer: id,
      keys,
      from,
      count: settings.batchSize,
      ...(from === ">" ? { blockMs } : {}),
    });
    const more = new Set<string>();
    for (const { key, entries, deleted } of given) {
      if (deleted.length > 0) {
        log.warn(
          { consumer: id, stream: key, deleted },
          "Entries were deleted from their stream before they were taken",
        );
        await client.xAck(key, settings.group, [...deleted]);
      }
      await take(key, entries);
      if (entries.length + deleted.length > 0) more.add(key);
    }
    // Nothing is owed of a stream once it has nothing left that was given to us.
    if (from === ">") return;
    for (const key of keys) {
      if (more.has(key)) continue;
      owed.delete(key);
      comesIn(key);
    }
  };
  const claimIdle = async (keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      for (let from = "0-0"; !stopped && !owed.has(key);) {
        const claimed = await reader.xAutoClaim(key, settings.group, id, settings.idleTimeoutMs, from, {
          COUNT: settings.batchSize,
        });
        const entries = (claimed.messages as unknown as readonly (Given | null)[]).flatMap((one) =>
          one === null ? [] : [{ entryId: String(one.id), fields: one.message as StreamEntry["fields"] }],
        );
        if (entries.length > 0)
          log.info({ consumer: id, stream: key, entries: entries.length }, "took over idle entries");
        await take(key, entries);
        from = String(claimed.nextId);
        if (from === "0-0") break;
      }
    }
  };

  const round = async (): Promise<void> => {
    if (!client.isOpen) await connectOrGoOn(client);
    const all = streams.keys();
    if (owesAll) owed = new Set(all);
    owesAll = false;
    for (const key of later.keys()) if (!all.includes(key)) later.delete(key);
    const keys = all.filter((key) => (later.get(key)?.atMs ?? 0) <= Date.now());
    const again = keys.filter((key) => owed.has(key));
    if (keys.length === 0) {
      await client.ping();
      await pause(idlePauseMs);
    } else if (again.length > 0) {
      await read(again, "0");
    } else if (Date.now() - claimedAtMs >= Math.max(settings.idleTimeoutMs / 2, 100)) {
      claimedAtMs = Date.now();
      await claimIdle(keys);
    } else {
      await read(keys, ">");
    }
    health =
      waiting("failed").length > 0
        ? { ...health, state: "failing" }
        : { state: "ok", lastSuccessAt: new Date().toISOString() };
  };
  const running = (async () => {
    while (!stopped) {
      try {
        await round();
      } catch (error) {
        if (stopped) break;
        owesAll = true;
        const isGone = /NOGROUP|UNBLOCKED/.test(String(error));
        if (isGone) parts.onGone();
        else if (health.state !== "failing")
          log.warn(
            { consumer: id, error: messageOf(error) },
            "Events cannot be taken from the stream; it is tried again",
          );
        if (!isGone) health = { ...health, state: "failing", lastError: messageOf(error) };
        await pause(failurePauseMs);
      }
    }
  })();
  return {
    id,
    health: () => ({ ...health, full: waiting("full"), suspended: waiting("suspended") }),
    async stop() {
      stopped = true;
      endPause?.();
      // A Redis that does not answer is left; what has been read of it is taken in all the same.
      if (!(await endsWithin(running, stopWithinMs))) endRedis(client);
      await running;
      if (client.isReady) {
        const scope = { arguments: [settings.group, id, "0"] };
        const gone = streams.keys().map((key) => client.eval(removeConsumer, { keys: [key], ...scope }));
        await endsWithin(Promise.allSettled(gone), stopWithinMs);
      }
      endRedis(client);
    },
  };
}

/** @returns false when it is still going on after so long */
export async function endsWithin(work: Promise<unknown>, withinMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, withinMs, false)));
  const ended = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}

/** Takes consumers off whose processes are long gone and who owe nothing. */
export async function removeGoneConsumers(
  client: RedisClient,
  streams: Streams,
  settings: StreamSettings,
): Promise<void> {
  const goneMs = Math.max(3_600_000, settings.idleTimeoutMs * 10);
  for (const key of streams.keys())
    await client.eval(removeConsumer, { keys: [key], arguments: [settings.group, "", String(goneMs)] });
}

interface Given {
  readonly id: unknown;
  readonly message: unknown;
}
