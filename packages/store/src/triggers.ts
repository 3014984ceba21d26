import type { Json, ProgramTrigger } from "@mainspring/core";
import { isJsonObject } from "@mainspring/core";
import { prepared } from "./prepared.ts";
import type { TenantDb } from "./store.ts";

/** A workflow's trigger that listens to events of a name. */
export interface ListeningTrigger {
  readonly workflowId: string;
  readonly workflowKey: string;
  /** Of the trigger: the published one, or the last one of a workflow that is not published any more. */
  readonly version: number;
  readonly definitionHash: string;
  readonly triggerId: string;
  readonly trigger: ProgramTrigger;
  readonly isPublished: boolean;
  /** Whether what it makes of the event was decided before. */
  readonly isDecided: boolean;
}

/** Keeps the triggers of a version that is being published. @param program as compiled */
export async function keepTriggers(
  db: TenantDb,
  version: { readonly workflowId: string; readonly version: number; readonly program: Json },
): Promise<void> {
  const triggers = triggersIn(version.program);
  if (triggers.length === 0) return;
  const rows = triggers.map((trigger, position) => ({ id: trigger.id, event: trigger.event, position, trigger }));
  await prepared`
    insert into workflow_triggers (tenant_id, workflow_id, version, trigger_id, position, event_name, trigger)
    select ${db.tenantId}::uuid, ${version.workflowId}::uuid, ${version.version}::int, t.id, t.position, t.event, t.trigger
    from json_to_recordset(${JSON.stringify(rows)}::json) as t(id text, position int, event text, trigger json)`.execute(
    db,
  );
}

/**
 * Who listens to an event now: the triggers of published versions, and of workflows that have none published those of their last version,
 * which start nothing but are told of. By workflow, then in the order of the definition. None when all were asked before.
 */
export async function triggersFor(
  db: TenantDb,
  event: { readonly id: string; readonly name: string },
): Promise<{
  readonly areDecided: boolean;
  /** A run was started by it before, by a trigger or by the webhook that brought it. */
  readonly hasStarted: boolean;
  readonly triggers: readonly ListeningTrigger[];
}> {
  type Row = Partial<ListeningTrigger> & { readonly areDecided: boolean; readonly hasStarted: boolean };
  const { rows } = await prepared<Row>`
    select e.triggers_decided_at is not null as "areDecided",
      exists (select from workflow_trigger_decisions d where d.tenant_id = e.tenant_id and d.event_id = e.id and d.outcome = 'fired') as "hasStarted", t.*
    from workflow_runtime_events e left join lateral (
      select t.workflow_id as "workflowId", w.key as "workflowKey", t.version, v.definition_hash as "definitionHash",
        t.trigger_id as "triggerId", t.trigger, w.published_version is not null as "isPublished", t.position,
        exists (select from workflow_trigger_decisions d where d.tenant_id = t.tenant_id
          and d.once_key = 'event:' || e.id || ':' || t.workflow_id || ':' || t.trigger_id) as "isDecided"
      from workflow_triggers t
      join workflow_definitions w on w.tenant_id = t.tenant_id and w.id = t.workflow_id
      join workflow_definition_versions v on v.tenant_id = t.tenant_id and v.workflow_id = t.workflow_id and v.version = t.version
      where t.tenant_id = e.tenant_id and t.event_name = e.name and e.triggers_decided_at is null and e.run_id is null
        and t.version = coalesce(w.published_version,
          (select max(last.version) from workflow_definition_versions last where last.tenant_id = w.tenant_id and last.workflow_id = w.id))
    ) t on true
    where e.id = ${event.id}
    order by t."workflowKey" collate "C", t.position`.execute(db);
  return {
    areDecided: rows[0]?.areDecided ?? true,
    hasStarted: rows[0]?.hasStarted ?? false,
    triggers: rows.filter((row) => row.triggerId !== undefined && row.triggerId !== null) as ListeningTrigger[],
  };
}

/** That every trigger has had its say about an event. @param id ours */
export async function markTriggersDecided(db: TenantDb, id: string): Promise<void> {
  await prepared`update workflow_runtime_events set triggers_decided_at = now() where id = ${id} and triggers_decided_at is null`.execute(
    db,
  );
}

function triggersIn(program: Json): readonly ProgramTrigger[] {
  const triggers = isJsonObject(program) ? program["triggers"] : undefined;
  return Array.isArray(triggers) ? (triggers as unknown as ProgramTrigger[]) : [];
}
