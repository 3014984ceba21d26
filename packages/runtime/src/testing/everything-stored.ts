import type { Store } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import type { Client } from "@temporalio/client";
import type { Payload } from "@temporalio/common";
import { chainOf } from "../rebuild/journal-from-history.ts";
import { dataConverter } from "../temporal/data-converter.ts";

/** Every row of every table as text, of whatever tenant; bytes as the characters that they are. */
export async function everyRow(database: { readonly ownerUrl: string }): Promise<string> {
  const tables = (await asOwner(
    database,
    "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
  )) as readonly { readonly name: string }[];
  const lines: string[] = [];
  for (const { name } of tables) {
    const rows = (await asOwner(database, `select * from "${name}"`)) as readonly {
      readonly [column: string]: unknown;
    }[];
    for (const row of rows) lines.push(`${name}: ${Object.values(row).map(textOf).join(" | ")}`);
  }
  return lines.join("\n");
}

/** All payloads of a run's histories: as Temporal keeps them, and as our codecs read them. */
export async function everyPayload(
  parts: { readonly client: Client; readonly store: Store },
  runId: string,
): Promise<{ readonly kept: string; readonly decoded: string; readonly payloads: readonly Payload[] }> {
  const codecs = dataConverter(parts.store).payloadCodecs ?? [];
  const chain = await chainOf(parts.client, runId);
  const payloads: Payload[] = [];
  collect(chain, payloads);
  let decoded = payloads;
  for (const codec of codecs.toReversed()) decoded = await codec.decode(decoded);
  const bytesOf = (payload: Payload): string => Buffer.from(payload.data ?? []).toString("latin1");
  return {
    payloads,
    // Beside the payloads there are names, failures' messages and much else.
    kept: `${JSON.stringify(chain)}\n${payloads.map(bytesOf).join("\n")}`,
    decoded: decoded.map((payload) => Buffer.from(payload.data ?? []).toString("utf8")).join("\n"),
  };
}

function collect(part: unknown, found: Payload[]): void {
  if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) return;
  const { metadata, data } = part as { readonly metadata?: unknown; readonly data?: unknown };
  if (typeof metadata === "object" && metadata !== null && "encoding" in metadata) {
    found.push({ metadata, ...(data === undefined ? {} : { data }) } as Payload);
    return;
  }
  for (const member of Object.values(part)) collect(member, found);
}

function textOf(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString("latin1") + value.toString("utf8");
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
