import type { Store } from "@mainspring/store";
import type { Client } from "@temporalio/client";
import type { Payload } from "@temporalio/common";
import pg from "pg";
import { chainOf } from "../rebuild/journal-from-history.ts";
import { dataConverter } from "../temporal/data-converter.ts";

/** Every row of every table as text, of whatever tenant; bytes as the characters that they are. */
export async function everyRow(ownerUrl: string): Promise<string> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    const { rows: columns } = await owner.query<{ table: string; column: string; type: string }>(`
      select table_name as table, column_name as column, data_type as type from information_schema.columns
      where table_schema = 'public' order by table_name, ordinal_position`);
    const lines: string[] = [];
    for (const [table, of] of Map.groupBy(columns, ({ table }) => table)) {
      const list = of.map(({ column }) => owner.escapeIdentifier(column)).join(", ");
      const { rows } = await owner.query<Record<string, unknown>>(
        `select ${list} from ${owner.escapeIdentifier(table)}`,
      );
      for (const row of rows) {
        const values = Object.values(row).map((value) =>
          Buffer.isBuffer(value) ? value.toString("latin1") + value.toString("utf8") : textOf(value),
        );
        lines.push(`${table}: ${values.join(" | ")}`);
      }
    }
    return lines.join("\n");
  } finally {
    await owner.end();
  }
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
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
