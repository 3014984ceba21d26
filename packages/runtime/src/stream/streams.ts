import type { RedisClient } from "./connection.ts";
import { deadLetterStream, type StreamSettings } from "./settings.ts";

/** The streams of all tenants as one process knows them. */
export interface Streams {
  /** Looks for streams, and makes our group where it is missing. */
  discover(): Promise<void>;
  /** Asks for a look at once: a stream or its group is gone. */
  keys(): readonly string[];
  /** What of a stream's key tells whose it is. */
  tenantOf(key: string): string;
  /** Removes what every group of a stream has acknowledged. */
  trim(): Promise<void>;
  standing(): Promise<Standing>;
}

/** How far reading is behind, over all streams. */
export interface Standing {
  readonly streams: number;
  /** Entries that no consumer of ours has been given yet. */
  readonly lag: number;
  /** Entries given to a consumer and not acknowledged. */
  readonly pending: number;
  readonly pendingOf: ReadonlyMap<string, number>;
}

const scanAtOnce = 1_000;

export function createStreams(client: RedisClient, settings: StreamSettings): Streams {
  const { prefix, group } = settings;
  const deadLetters = deadLetterStream(settings);
  let keys: readonly string[] = [];
  return {
    async discover() {
      const found: string[] = [];
      const scan = client.scanIterator({ MATCH: `${escaped(prefix)}*`, TYPE: "stream", COUNT: scanAtOnce });
      for await (const some of scan) found.push(...some.filter((key) => key !== deadLetters));
      // From the beginning: what was put there before the group was made, or made again, is read too; what was accepted before is known by its id.
      await Promise.all(found.map((key) => makeGroup(client, key, group)));
      keys = [...new Set(found)].sort();
    },
    keys: () => keys,
    tenantOf: (key) => key.slice(prefix.length),
    async trim() {
      await Promise.all(keys.map((key) => trimStream(client, key)));
    },
    async standing() {
      let [lag, pending] = [0, 0];
      const pendingOf = new Map<string, number>();
      const seen = await Promise.all(
        keys.map(async (key) => {
          const groups = await client.xInfoGroups(key).catch(() => []);
          const ours = groups.find(({ name }) => name === group);
          if (ours === undefined) return;
          lag += ours.lag ?? (await unread(client, key, String(ours["last-delivered-id"])));
          pending += ours.pending;
          if (ours.pending === 0) return;
          for (const { name, deliveriesCounter } of (await client.xPending(key, group)).consumers ?? [])
            pendingOf.set(name, (pendingOf.get(name) ?? 0) + Number(deliveriesCounter));
        }),
      );
      return { streams: seen.length, lag, pending, pendingOf };
    },
  };
}

// What follows a key's prefix in a glob pattern means itself.
function escaped(prefix: string): string {
  return prefix.replaceAll(/[\\*?[\]^-]/g, (sign) => `\\${sign}`);
}

async function makeGroup(client: RedisClient, key: string, group: string): Promise<void> {
  try {
    await client.xGroupCreate(key, group, "0");
  } catch (error) {
    // BUSYGROUP: it is there. No such key: the stream went meanwhile.
    if (!/BUSYGROUP|requires the key to exist/.test(String(error))) throw error;
  }
}

/** Redis does not tell how many entries are behind an id once some between them were deleted. */
async function unread(client: RedisClient, key: string, after: string): Promise<number> {
  return ((await client.xRange(key, `(${after}`, "+", { COUNT: 10_000 })) ?? []).length;
}

async function trimStream(client: RedisClient, key: string): Promise<void> {
  const groups = await client.xInfoGroups(key).catch(() => []);
  if (groups.length === 0) return;
  const needed = await Promise.all(
    groups.map(async (group) => {
      const last = String(group["last-delivered-id"]);
      if (group.pending === 0) return idAfter(last);
      return (await client.xPending(key, String(group.name))).firstId ?? idAfter(last);
    }),
  );
  const oldest = needed.map(String).reduce((a, b) => (comesBefore(a, b) ? a : b));
  await client.xTrim(key, "MINID", oldest as unknown as number);
}

function comesBefore(a: string, b: string): boolean {
  const [aMs = 0n, aSeq = 0n] = a.split("-").map(BigInt);
  const [bMs = 0n, bSeq = 0n] = b.split("-").map(BigInt);
  return aMs < bMs || (aMs === bMs && aSeq < bSeq);
}

function idAfter(id: string): string {
  const [ms = "0", seq = "0"] = id.split("-");
  return `${ms}-${BigInt(seq) + 1n}`;
}
