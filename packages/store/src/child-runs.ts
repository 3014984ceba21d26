import type { Json } from "@mainspring/core";
import { channels } from "./listen.ts";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

/** What children of a run are given by it. */
export interface ParentRun {
  readonly rootRunId: string;
  readonly semantics: 1 | 2;
  /** 0 for a run that no other called. */
  readonly depth: number;
}

/** undefined: no such run. */
export async function parentRun(db: TenantDb, runId: string): Promise<ParentRun | undefined> {
  const { rows } = await prepared<ParentRun>`
    with recursive callers as (
      select id, parent_run_id, coalesce(root_run_id, id) as root, runtime_semantics_version as semantics, 0 as depth
      from workflow_runs where id = ${runId}
      union all
      select r.id, r.parent_run_id, c.root, c.semantics, c.depth + 1 from workflow_runs r join callers c on r.id = c.parent_run_id
      where c.depth < 100)
    select root as "rootRunId", semantics, max(depth) as depth from callers group by root, semantics`.execute(db);
  return rows[0];
}

/** Whether the definition of a version names the semantics that it wants. */
export async function declaresSemantics(db: TenantDb, workflowKey: string, version: number): Promise<boolean> {
  const { rows } = await prepared<{ declares: boolean }>`select v.document -> 'semantics' is not null as declares
    from workflow_definition_versions v join workflow_definitions w on w.tenant_id = v.tenant_id and w.id = v.workflow_id
    where w.key = ${workflowKey} and v.version = ${version}`.execute(db);
  return rows[0]?.declares === true;
}

/** Keeps a program under other semantics than its version was published with. */
export async function keepProgram(
  db: TenantDb,
  program: { readonly programHash: string; readonly definitionHash: string; readonly program: Json },
): Promise<void> {
  await prepared`insert into workflow_programs (tenant_id, program_hash, definition_hash, program)
    values (${db.tenantId}, ${program.programHash}, ${program.definitionHash}, ${JSON.stringify(program.program)}::json)
    on conflict (tenant_id, program_hash) do nothing`.execute(db.unread);
}

/** A child that was opened and is never to be started is CANCELED. @returns whether it was still QUEUED */
export async function voidChild(db: TenantDb, runId: string): Promise<boolean> {
  const { rows } = await prepared<{ id: string }>`
    update workflow_runs set status = 'CANCELED', completed_at = now(), confirmed_at = now(), cancel_requested_at = coalesce(cancel_requested_at, now()),
      error_json = json_build_object('category', 'Cancellation', 'code', 'CANCELED', 'message', 'Cancelled before it was started.',
        'at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
      queued_reason = null, updated_at = now()
    where id = ${runId} and status = 'QUEUED' and parent_run_id is not null
    returning id, pg_notify(${channels.journal}, ${`${db.tenantId}:${runId}`})`.execute(db);
  return rows.length > 0;
}
