import type { CompileCatalogue, FormEntry, WorkflowEntry } from "@mainspring/core/compile";
import type { JsonObject } from "@mainspring/core";
import { isJsonObject, systemForms } from "@mainspring/core";
import { calendarNames, callableWorkflows, eventTypeRules, formsOf, secretNames } from "@mainspring/store";
import type { CallableWorkflow, EventTypeRules, TenantDb } from "@mainspring/store";
import type { CorrelationPaths } from "../ports.ts";
import type { Services } from "../services.ts";

/** What publishing for one tenant knows of the world around a definition. */
export async function publishCatalogue(
  { catalogue, unsupported, correlationPaths }: Pick<Services, "catalogue" | "unsupported" | "correlationPaths">,
  db: TenantDb,
): Promise<CompileCatalogue> {
  const [workflows, calendars] = [await callableWorkflows(db), await calendarNames(db)];
  const forms = await knownForms(db);
  const secrets = await secretNames(db);
  const types = await eventTypeRules(db);
  return {
    actions: catalogue,
    unsupported,
    correlationPaths: allPaths(correlationPaths, types),
    eventTypes: types.flatMap(({ name, schema }) =>
      schema === null || !isJsonObject(schema) ? [{ name }] : [{ name, payloadSchema: schema }],
    ),
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

/** The environment's paths and those of the tenant's event types. */
function allPaths(paths: CorrelationPaths, types: readonly EventTypeRules[]): CorrelationPaths {
  const all = new Map(Object.entries(paths));
  for (const { name, correlationPaths } of types) all.set(name, [...(all.get(name) ?? []), ...correlationPaths]);
  return Object.fromEntries(all);
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
