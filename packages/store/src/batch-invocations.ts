import type { Json } from "@mainspring/core";
import { newId } from "./ids.ts";
import type { Moment } from "./instants.ts";
import { writeCarried } from "./journal.ts";
import type { CarriedWrite } from "./journal.ts";
import type { InvocationClaim } from "./ledger.ts";
import { prepared } from "./prepared.ts";
import { quotaQuestion, withinQuota } from "./quotas.ts";
import { storeValue } from "./stored-values.ts";
import type { TenantDb } from "./store.ts";

/**
 * Claims keys that nobody has used, all in one statement, and writes the entries that travel with them.
 * @returns the keys that were claimed; of the others `claimInvocation` says what is the matter
 */
export async function claimNew(
  db: TenantDb,
  claims: readonly InvocationClaim[],
  carried: CarriedWrite | undefined,
): Promise<ReadonlySet<string>> {
  // One after the other by key, so that two batches that share some cannot wait for each other.
  // Of several claims of one key the first stands.
  const sorted = [...new Map(claims.toReversed().map((claim) => [claim.key, claim])).values()].sort((a, b) =>
    a.key < b.key ? -1 : 1,
  );
  const rows: object[] = [];
  for (const { key, runId, commandId, place, action, effect, input, inputHash, owner, deadlineAt, attempt } of sorted) {
    const inputJson = await storeValue(db, input);
    rows.push({
      ...place,
      key,
      id: newId(),
      runId,
      commandId,
      action,
      effect,
      inputJson,
      inputHash,
      owner,
      deadlineAt,
      attempt,
    });
  }
  const [first] = claims;
  const question = first === undefined ? { entries: [], waived: true } : quotaQuestion(first, carried);
  // The ledger's rows before the run's, as in every claim.
  const [claimed] = await Promise.all([
    prepared<{ key: string }>`
    insert into workflow_action_invocations (tenant_id, key, id, run_id, command_id, step_id, step_path, iteration, execution, action, effect,
      status, input_json, input_hash, owner, deadline_at, temporal_attempt, started_at)
    select ${db.tenantId}::uuid, r.key, r.id, r."runId", r."commandId", r."stepId", r."stepPath", r.iteration, r.execution, r.action, r.effect,
      'STARTED', r."inputJson"::json, r."inputHash", r.owner, r."deadlineAt", r.attempt, clock_timestamp()
    from json_to_recordset(${JSON.stringify(rows)}::json) as r(key text, id uuid, "runId" uuid, "commandId" text, "stepId" text, "stepPath" text,
      iteration int[], execution int, action text, effect text, "inputJson" text, "inputHash" text, owner text, "deadlineAt" timestamptz, attempt int)
    where ${withinQuota(question)}
    on conflict (tenant_id, key) do nothing returning key`.execute(db),
    carried === undefined ? undefined : writeCarried(db, carried),
  ]);
  return new Set(claimed.rows.map(({ key }) => key));
}

/** What `invocationSucceeded` does, for several calls in one statement. A claim that is no longer its owner's stays as it is. */
export async function invocationsSucceeded(
  db: TenantDb,
  done: readonly { readonly key: string; readonly output: Json; readonly at: Moment; readonly owner: string }[],
): Promise<void> {
  if (done.length === 0) return;
  const rows: object[] = [];
  for (const { key, output, at, owner } of [...done].sort((a, b) => (a.key < b.key ? -1 : 1)))
    rows.push({ key, outputJson: await storeValue(db, output), at, owner });
  await prepared`
    update workflow_action_invocations i set status = 'SUCCEEDED', output_json = r."outputJson"::json, error_json = null, finished_at = r.at,
      reported_attempts = reported_attempts + 1, last_reported_attempt = temporal_attempt, deadline_at = null, held_attempts = '{}'
    from json_to_recordset(${JSON.stringify(rows)}::json) as r(key text, "outputJson" text, at timestamptz, owner text)
    where i.key = r.key and i.status = 'STARTED' and i.owner = r.owner`.execute(db.unread);
}
