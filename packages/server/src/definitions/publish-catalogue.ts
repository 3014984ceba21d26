import type { CompileCatalogue, FormEntry, WorkflowEntry } from "@mainspring/core/compile";
import type { JsonObject } from "@mainspring/core";
import { systemForms } from "@mainspring/core";
import { calendarNames, callableWorkflows, formsOf, secretNames } from "@mainspring/store";
import type { CallableWorkflow, TenantDb } from "@mainspring/store";
import type { Services } from "../services.ts";

/** What publishing for one tenant knows of the world around a definition. */
export async function publishCatalogue(
  { catalogue, unsupported, correlationPaths }: Pick<Services, "catalogue" | "unsupported" | "correlationPaths">,
  db: TenantDb,
): Promise<CompileCatalogue> {
  const [workflows, calendars] = [await callableWorkflows(db), await calendarNames(db)];
  const forms = await knownForms(db);
  const secrets = await secretNames(db);
  return {
    actions: catalogue,
    unsupported,
    correlationPaths,
    calendars,
    forms,
    secrets,
    workflows: workflows.map(entryOf),
  };
}

/** The tenant's forms, and those of the system that they do not stand in for. */
async function knownForms(db: TenantDb): Promise<FormEntry[]> {
  const forms = await formsOf(db);
  const names = new Set(forms.map(({ name }) => name));
  const system = Object.entries(systemForms).filter(([name]) => !names.has(name));
  return [...forms, ...system.map(([name, { schema }]) => ({ name, schema }))];
}

function entryOf({ key, version, versions, payloadSchema, calls }: CallableWorkflow): WorkflowEntry {
  return {
    key,
    version,
    versions,
    calls,
    ...(payloadSchema === null ? {} : { payloadSchema: payloadSchema as JsonObject }),
  };
}
