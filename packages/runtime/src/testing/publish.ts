import type { CatalogueEntry } from "@mainspring/actions";
import { systemForms, type Json, type JsonObject, type Program } from "@mainspring/core";
import { compileDefinition, parseDefinition } from "@mainspring/core/compile";
import {
  calendarNames,
  callableWorkflows,
  createApiKey,
  createTenant,
  formsOf,
  insertVersion,
  insertWorkflow,
  saveDraft,
  type Store,
} from "@mainspring/store";
import { unsupported } from "../client.ts";

/** A tenant that may call this machine. */
export async function newTenant(store: Store): Promise<string> {
  const { id } = await store.platform((db) =>
    createTenant(db, { name: "test", egressAllow: ["127.0.0.1", "localhost"] }),
  );
  return id;
}

export async function newApiKey(
  store: Store,
  tenantId: string,
  role: "viewer" | "operator" | "author" | "admin",
): Promise<string> {
  return (await store.tenant(tenantId, (db) => createApiKey(db, { name: role, role }))).key;
}

/** Publishes as the server does: parse, check, compile, insert. @throws Error that lists the issues */
export async function publish(
  store: Store,
  tenantId: string,
  definition: Json | string,
  actions: readonly CatalogueEntry[],
): Promise<{ readonly key: string; readonly version: number; readonly program: Program }> {
  const parsed = parseDefinition(definition);
  if (!("definition" in parsed)) throw new Error(`The definition has issues: ${JSON.stringify(parsed.issues)}`);
  const around = await store.tenant(tenantId, async (db) => ({
    workflows: await callableWorkflows(db),
    calendars: await calendarNames(db),
    forms: [...Object.keys(systemForms).map((name) => ({ name })), ...(await formsOf(db))],
  }));
  const compiled = compileDefinition(parsed.definition, {
    actions,
    workflows: around.workflows.map(({ payloadSchema, ...entry }) => ({
      ...entry,
      ...(payloadSchema === null ? {} : { payloadSchema: payloadSchema as JsonObject }),
    })),
    eventTypes: [],
    forms: around.forms,
    calendars: around.calendars,
    correlationPaths: {},
    unsupported,
  });
  const { program } = compiled;
  if (program === undefined) throw new Error(`The definition has issues: ${JSON.stringify(compiled.issues)}`);
  const document = parsed.definition as unknown as Json;
  const key = program.workflow;
  const version = await store.tenant(tenantId, async (db) => {
    const inserted = await insertWorkflow(db, { key, name: key, document });
    if (inserted === "exists") await saveDraft(db, key, { document });
    return insertVersion(db, {
      workflowKey: key,
      document,
      definitionHash: program.definitionHash,
      program: program as unknown as Json,
      programHash: program.programHash,
      semantics: program.semantics,
      payloadSchema: program.payloadSchema,
      bounds: compiled.bounds as unknown as Json,
    });
  });
  if (version === undefined) throw new Error("The workflow vanished");
  return { key, version: version.version, program };
}
