import type { Json } from "@mainspring/core";
import { newId } from "./ids.ts";
import type { InvocationClaim } from "./ledger.ts";
import { prepared } from "./prepared.ts";
import { loadValue } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

/** An invocation of the run before, and the key under which the restarted run has it. */
export interface Reused {
  readonly invocationId: string;
  readonly key: string;
}

/**
 * Puts invocations that succeeded into the ledger of a restarted run. `reused_from` names the invocation; the step that will use it is
 * not known yet.
 * @returns how many were put: fewer than asked for when one has not succeeded, or is gone
 */
export async function putReused(db: TenantDb, runId: string, reused: readonly Reused[]): Promise<number> {
  if (reused.length === 0) return 0;
  const rows = reused.map((one) => ({ ...one, id: newId() }));
  const { rows: put } = await prepared`
    insert into workflow_action_invocations (tenant_id, key, id, run_id, command_id, step_id, step_path, iteration, execution, action, effect,
      status, input_json, input_hash, output_json, owner, reported_attempts, reused_from, started_at, finished_at)
    select ${db.tenantId}::uuid, r.key, r.id, ${runId}::uuid, '', i.step_id, i.step_path, i.iteration, 0, i.action, i.effect,
      i.status, i.input_json, i.input_hash, i.output_json, '', i.reported_attempts, i.id, i.started_at, i.finished_at
    from json_to_recordset(${JSON.stringify(rows)}::json) as r("invocationId" uuid, key text, id uuid)
    join workflow_action_invocations i on i.id = r."invocationId"
    where i.status = 'SUCCEEDED'
    on conflict (tenant_id, key) do nothing returning true as put`.execute(db);
  return put.length;
}

/**
 * What a restarted run reuses for this call. The step and its turn decide, and not the input alone: what the plan promised is not done
 * again though something before it has come out otherwise this time.
 */
export async function useReused(
  db: TenantDb,
  { runId, commandId, place, action }: InvocationClaim,
): Promise<{ readonly result: "succeeded"; readonly output: Json } | undefined> {
  const { rows } = await prepared<{ output: unknown }>`
    update workflow_action_invocations set execution = ${place.execution}, command_id = ${commandId}
    where run_id = ${runId} and step_path = ${place.stepPath} and iteration = ${[...place.iteration]}::int[] and action = ${action}
      and reused_from is not null and status = 'SUCCEEDED'
    returning output_json as output`.execute(db);
  const row = rows[0];
  return row === undefined ? undefined : { result: "succeeded", output: await loadValue(db, row.output) };
}
