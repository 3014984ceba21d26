import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import { instant } from "./instants.ts";
import { readPage, withoutMicros } from "./paging.ts";
import type { Page, PageRequest } from "./paging.ts";
import type { TenantDb } from "./store.ts";

/** What an older engine kept of a run. Nothing writes any more of it. */
export interface SnapshotRow {
  readonly id: string;
  readonly nodePath: string | null;
  readonly snapshot: Json;
  readonly createdAt: string;
}

/** Oldest first. */
export async function snapshotsOf(db: TenantDb, runId: string, request: PageRequest): Promise<Page<SnapshotRow>> {
  const micros = new Map<string, string>();
  const keyOf = (row: SnapshotRow): [string, string] => [micros.get(row.id) ?? "", row.id];
  return readPage(
    { db, list: "snapshots", filter: { runId }, request, key: ["microseconds", "uuid"], keyOf },
    async (after, limit) => {
      const { rows } = await sql<Omit<SnapshotRow, "createdAt"> & { createdAt: Date; micros: string }>`
      select id, node_path as "nodePath", snapshot_json as snapshot, created_at as "createdAt", (extract(epoch from created_at) * 1000000)::bigint::text as micros
      from workflow_run_snapshots where run_id = ${runId}
        and (${after === undefined}::boolean or (created_at, id) > (timestamptz 'epoch' + ${String(after?.[0] ?? "0")}::bigint * interval '1 microsecond', ${after?.[1] ?? null}::uuid))
      order by created_at, id limit ${limit}`.execute(db);
      for (const row of rows) micros.set(row.id, row.micros);
      return rows.map((row) => ({ ...withoutMicros(row), createdAt: instant(row.createdAt) }));
    },
  );
}
