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
  readonly triggerId: string;
  readonly trigger: ProgramTrigger;
  readonly isPublished: boolean;
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
 * Who listens to events of a name now: the triggers of published versions, and of workflows that have none published those of their last
 * version, which start nothing but are told of. By workflow, then in the order of the definition.
 */
export async function triggersFor(db: TenantDb, eventName: string): Promise<ListeningTrigger[]> {
  const { rows } = await prepared<ListeningTrigger>`
    select t.workflow_id as "workflowId", w.key as "workflowKey", t.version, t.trigger_id as "triggerId", t.trigger,
      w.published_version is not null as "isPublished"
    from workflow_triggers t join workflow_definitions w on w.tenant_id = t.tenant_id and w.id = t.workflow_id
    where t.event_name = ${eventName} and t.version = coalesce(w.published_version,
      (select max(v.version) from workflow_definition_versions v where v.tenant_id = w.tenant_id and v.workflow_id = w.id))
    order by w.key collate "C", t.position`.execute(db);
  return rows;
}

function triggersIn(program: Json): readonly ProgramTrigger[] {
  const triggers = isJsonObject(program) ? program["triggers"] : undefined;
  return Array.isArray(triggers) ? (triggers as unknown as ProgramTrigger[]) : [];
}
