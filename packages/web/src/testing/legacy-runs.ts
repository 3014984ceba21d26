import { randomUUID } from "node:crypto";
import { runStatuses, type RunStatusName } from "@mainspring/api";
import type { Studio, Tenant } from "./studio.ts";

/** A run of an earlier engine in each status, with two snapshots: rows such as an old installation has. */
export async function addLegacyRuns(
  studio: Studio,
  tenant: Tenant,
): Promise<{ readonly [status in RunStatusName]: string }> {
  const ids = Object.fromEntries(runStatuses.map((status) => [status, randomUUID()])) as Record<RunStatusName, string>;
  for (const status of runStatuses) {
    const started = status === "QUEUED" ? null : "2024-03-01T08:00:00Z";
    const ended = ["SUCCEEDED", "FAILED", "CANCELED"].includes(status) ? "2024-03-01T08:05:00Z" : null;
    await studio.sql(
      `insert into workflow_runs (tenant_id, id, workflow_key, status, engine, input_json, created_at, started_at, completed_at, confirmed_at)
       values ($1, $2, 'old-orders', $3, 'db', '{"orderId": "old-1"}', '2024-03-01T08:00:00Z', $4, $5, $5)`,
      [tenant.id, ids[status], status, started, ended],
    );
    for (const [node, minute] of [
      ["root.steps[0]", 1],
      ["root.steps[3]", 2],
    ] as const) {
      await studio.sql(
        `insert into workflow_run_snapshots (tenant_id, run_id, id, node_path, snapshot_json, created_at)
         values ($1, $2, $3, $4, $5, $6)`,
        [
          tenant.id,
          ids[status],
          randomUUID(),
          node,
          JSON.stringify({ vars: { step: node } }),
          `2024-03-01T08:0${minute}:00Z`,
        ],
      );
    }
  }
  return ids;
}
