import type { Log } from "../activities/dependencies.ts";
import { messageOf } from "../temporal/grpc.ts";
import type { RedisClient } from "./connection.ts";
import { deadLetterStream, type StreamSettings } from "./settings.ts";

/** The streams of all tenants as one process knows them. */
export interface Streams {
  /** Looks for streams, and makes our group where it is missing. */
  discover(): Promise<void>;
  /** Those that were there at the last look. */
  keys(): readonly string[];
  /** What of a stream's key tells whose it is. */
  tenantOf(key: string): string;
  /** Removes what every group of a stream has acknowledged. */
  trim(): Promise<void>;
  /** @param except streams that nobody reads now */
  standing(except: readonly string[]): Promise<Standing>;
  /** Begins no further walk through the keys. */
  stop(): void;
}

/** How far reading is behind, over all streams that are read. */
export interface Standing {
  readonly streams: number;
  /** Entries that no consumer of ours has been given yet. */
  readonly lag: number;
  /** Entries given to a consumer and not acknowledged. */
  readonly pending: number;
  readonly pendingOf: ReadonlyMap<string, number>;
}

/** So many tenants' streams are looked for in a second. */
const tenantsPerSecond = 1_000;
const lookEveryMs = 1_000;
/** All keys are walked through so often at most, and for a hundredth of the time. */
const walkEveryMs = 60_000;
const walkShare = 100;
const scanAtOnce = 1_000;

/**
 * Where a tenant's stream is follows from its id, so the tenants are asked for, and a stream that anybody makes is found with the next look, however
 * many keys Redis has. Streams that are no tenant's are found only by walking through all keys.
 */
export function createStreams(
  client: RedisClient,
  settings: StreamSettings,
  { tenantIds, log }: { readonly tenantIds: () => Promise<readonly string[]>; readonly log: Log },
): Streams {
  const { prefix, group } = settings;
  const deadLetters = deadLetterStream(settings);
  let keys: readonly string[] = [];
  let ofTenants: readonly string[] = [];
  let strays: readonly string[] = [];
  let lookAtMs = 0;
  let walkAtMs = 0;
  let isWalking = false;
  let isStopped = false;

  const askForTenants = async (): Promise<void> => {
    if (Date.now() < lookAtMs) return;
    ofTenants = (await tenantIds()).map((id) => prefix + id);
    lookAtMs = Date.now() + Math.max(lookEveryMs, (ofTenants.length / tenantsPerSecond) * 1_000) - lookEveryMs / 2;
  };
  /** Goes on beside the looks: through millions of keys it takes seconds. */
  const walk = async (): Promise<void> => {
    const beganAtMs = Date.now();
    isWalking = true;
    try {
      const found = new Set<string>();
      const scan = client.scanIterator({ MATCH: `${escaped(prefix)}*`, TYPE: "stream", COUNT: scanAtOnce });
      for await (const some of scan) {
        for (const key of some) if (key !== deadLetters) found.add(key);
        if (isStopped) return;
      }
      const known = new Set(ofTenants);
      strays = [...found].filter((key) => !known.has(key));
      walkAtMs = Date.now() + Math.max(walkEveryMs, (Date.now() - beganAtMs) * walkShare);
    } catch (error) {
      if (!isStopped) log.warn({ error: messageOf(error) }, "Streams that are no tenant's could not be looked for");
    } finally {
      isWalking = false;
    }
  };
  return {
    async discover() {
      await askForTenants();
      if (!isWalking && Date.now() >= walkAtMs) void walk();
      const candidates = [...new Set([...ofTenants, ...strays])];
      const types = await Promise.all(candidates.map((key) => client.type(key)));
      const found = candidates.filter((_, i) => types[i] === "stream");
      // From the beginning: what was put there before the group was made, or made again, is read too; what was accepted before is known by its id.
      await Promise.all(found.map((key) => makeGroup(client, key, group)));
      keys = found.sort();
    },
    stop() {
      isStopped = true;
    },
    keys: () => keys,
    tenantOf: (key) => key.slice(prefix.length),
    async trim() {
      await Promise.all(keys.map((key) => trimStream(client, key)));
    },
    async standing(except) {
      let [lag, pending] = [0, 0];
      const pendingOf = new Map<string, number>();
      const seen = await Promise.all(
        keys.map(async (key) => {
          if (except.includes(key)) return;
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
