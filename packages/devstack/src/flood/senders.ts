// Four senders, as real ones are: two post to the API until they have a receipt, two put into the streams and ask later what arrived.
import { until, type RedisServer } from "@mainspring/runtime/testing";
import type { Chance } from "../faults/chance.ts";
import { expectStatus, type Api } from "../start/api.ts";
import type { FloodEvent } from "./events.ts";

const source = "flood";
/** Events in one request, or in one round trip to Redis. */
const batchMax = 100;

export type Sent = {
  /** Ids that a receipt was given for. */
  receipts: Set<string>;
  /** Requests that had no answer, or were told to come again. */
  repeated: number;
};

/** Sends until all have a receipt. */
export async function sendByApi(apis: readonly Api[], events: readonly FloodEvent[], chance: Chance): Promise<Sent> {
  const sent: Sent = { receipts: new Set(), repeated: 0 };
  for (const [tenant, some] of batches(events, chance)) {
    const body = some.map(({ id, name, payload, correlationKey }) => ({ id, source, name, payload, correlationKey }));
    await until(
      "the server accepts",
      async () => {
        try {
          expectStatus(await (apis[tenant] as Api).request("POST", "/events", body.length === 1 ? body[0] : body), 202);
          return true;
        } catch (error) {
          sent.repeated += 1;
          throw error;
        }
      },
      { withinMs: 180_000, everyMs: 100 },
    );
    for (const { id } of some) sent.receipts.add(id);
  }
  return sent;
}

/** Puts events into the streams, whatever becomes of them there. */
export async function sendByStream(
  redis: RedisServer,
  tenants: readonly string[],
  events: readonly FloodEvent[],
  chance: Chance,
): Promise<void> {
  for (const [tenant, some] of batches(events, chance)) {
    const tenantId = tenants[tenant] as string;
    await Promise.all(
      some.map((event) => redis.client.xAdd(`workflow:events:${tenantId}`, "*", fieldsOf(event, tenantId))),
    );
  }
}

function fieldsOf(event: FloodEvent, tenantId: string): Record<string, string> {
  const { id, name, payload, correlationKey, fate } = event;
  return {
    id,
    source,
    event_name: name,
    tenant_id: tenantId,
    timestamp: new Date().toISOString(),
    // What no reader of JSON can take: dead from the start.
    payload: fate === "dead" ? `{"n": ${String(payload["n"])}` : JSON.stringify(payload),
    ...(correlationKey === undefined ? {} : { workflow_correlation_key: correlationKey }),
  };
}

/** Of one tenant each, in the order given, of all sizes. */
function* batches(events: readonly FloodEvent[], chance: Chance): Generator<[tenant: number, some: FloodEvent[]]> {
  for (let at = 0; at < events.length;) {
    const some = events.slice(at, at + chance.between(1, batchMax));
    at += some.length;
    for (const [tenant, own] of Map.groupBy(some, (event) => event.tenant)) {
      // The same event twice in one request is a duplicate as any other.
      yield [tenant, own];
    }
  }
}
