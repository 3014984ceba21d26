import type { RedisClient } from "./connection.ts";
import type { StreamEntry } from "./consumer.ts";

/** What a consumer was given of one stream. */
export interface GivenStream {
  readonly key: string;
  readonly entries: readonly StreamEntry[];
  /** Entries that were given to it before, and that somebody has deleted since: `XADD` with `MAXLEN` does so. */
  readonly deleted: readonly string[];
}

/**
 * `XREADGROUP`, read by ourselves: the library fails at an entry that was deleted, and would at every try.
 * @param ask.from `>`: what nobody has been given; `0`: what this consumer was given and has not acknowledged
 */
export async function readGroup(
  client: RedisClient,
  ask: {
    readonly group: string;
    readonly consumer: string;
    readonly keys: readonly string[];
    readonly from: ">" | "0";
    readonly count: number;
    readonly blockMs?: number;
  },
): Promise<GivenStream[]> {
  const { RESP_TYPES } = await import("redis");
  const { group, consumer, keys, from, count, blockMs } = ask;
  const block = blockMs === undefined ? [] : ["BLOCK", String(blockMs)];
  const reply = await client.sendCommand<Reply | null>(
    [
      "XREADGROUP",
      "GROUP",
      group,
      consumer,
      "COUNT",
      String(count),
      ...block,
      "STREAMS",
      ...keys,
      ...keys.map(() => from),
    ],
    // Bytes, not text: what is no UTF-8 has to be seen as such.
    { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  );
  return (reply ?? []).map(([key, messages]) => ({
    key: String(key),
    entries: messages.flatMap(([id, fields]) =>
      fields === null ? [] : [{ entryId: String(id), fields: fieldsOf(fields) }],
    ),
    deleted: messages.flatMap(([id, fields]) => (fields === null ? [String(id)] : [])),
  }));
}

type Reply = readonly (readonly [
  key: Buffer,
  messages: readonly (readonly [id: Buffer, fields: readonly Buffer[] | null])[],
])[];

function fieldsOf(flat: readonly Buffer[]): StreamEntry["fields"] {
  const fields: { [name: string]: Buffer } = Object.create(null) as { [name: string]: Buffer };
  for (let i = 0; i + 1 < flat.length; i += 2) fields[String(flat[i])] = flat[i + 1] as Buffer;
  return fields;
}
