import type { Json } from "@mainspring/core";
import { sql } from "kysely";
import type { TenantDb } from "./store.ts";

/** A workflow as publishing another one sees it. */
export interface CallableWorkflow {
  readonly key: string;
  /** The published one. */
  readonly version: number;
  /** All: a bound version stays callable. */
  readonly versions: readonly number[];
  readonly payloadSchema: Json | null;
  /** Keys of the workflows that it calls itself. */
  readonly calls: readonly string[];
}

/** Published workflows of the tenant, by key. */
export async function callableWorkflows(db: TenantDb): Promise<CallableWorkflow[]> {
  const { rows } = await sql<CallableWorkflow>`
    select w.key, w.published_version as version, v.payload_schema as "payloadSchema",
      array(select a.version from workflow_definition_versions a where a.workflow_id = w.id order by a.version) as versions,
      array(select distinct call ->> 'workflow' from json_array_elements(v.calls) call) as calls
    from workflow_definitions w join workflow_definition_versions v on v.workflow_id = w.id and v.version = w.published_version
    order by w.key collate "C"`.execute(db);
  return rows;
}

/** A call in the published version of another workflow. */
export interface CallingVersion {
  readonly workflow: string;
  readonly version: number;
  readonly stepId: string;
  /** The version of the called workflow that it is bound to. */
  readonly bound: number | "latest";
  readonly document: Json;
}

/** Calls of a workflow by the published versions of others. */
export async function callersOf(db: TenantDb, key: string): Promise<CallingVersion[]> {
  const { rows } = await sql<CallingVersion>`
    select w.key as workflow, v.version, call ->> 'stepId' as "stepId", call -> 'version' as bound, v.document
    from workflow_definitions w join workflow_definition_versions v on v.workflow_id = w.id and v.version = w.published_version,
      json_array_elements(v.calls) call
    where call ->> 'workflow' = ${key}
    order by w.key collate "C"`.execute(db);
  return rows;
}
