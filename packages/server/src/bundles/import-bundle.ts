import { issueOf } from "@mainspring/api";
import type { Bundle, ImportReport, ProblemIssue } from "@mainspring/api";
import { canonicalHash, canonicalJson, MainspringError } from "@mainspring/core";
import type { Issue, Json } from "@mainspring/core";
import {
  getCalendar,
  getEventType,
  getForm,
  getWebhook,
  getWorkflow,
  listSchedules,
  insertWebhook,
  insertWorkflow,
  putCalendar,
  putEventType,
  putForm,
  saveDraft,
} from "@mainspring/store";
import type { TenantDb } from "@mainspring/store";
import { publishCatalogue } from "../definitions/publish-catalogue.ts";
import { identityOf, readDefinition } from "../definitions/read-definition.ts";
import { everyPage } from "../present/every-page.ts";
import { readCalendar } from "../routes/calendars.ts";
import { refuseEventType } from "../routes/event-types.ts";
import { refuseForm } from "../routes/forms.ts";
import { specOf } from "../routes/schedules.ts";
import { readWebhookSettings } from "../routes/webhooks.ts";
import type { Services } from "../services.ts";

export interface ImportRequest {
  readonly bundle: Bundle;
  /** Of a workflow that exists: `skip` leaves it, `draft` saves the bundle's definition as its draft. Left out: it is an error. */
  readonly onConflict: "skip" | "draft" | undefined;
  readonly by: string;
}

type Imported = ImportReport["forms"][number];
type Known = Parameters<typeof publishCatalogue>[0] & Pick<Services, "schedules">;

/**
 * Imports a bundle in the caller's transaction; whoever wants a dry run rolls back. Workflows become drafts; what else exists is kept as it is.
 * @throws MainspringError WORKFLOW_EXISTS (details.key, keys), BUNDLE_INVALID (details.issues)
 */
export async function importBundle(
  services: Known,
  db: TenantDb,
  { bundle, onConflict, by }: ImportRequest,
): Promise<Omit<ImportReport, "dryRun">> {
  const eventTypes = await inTurn(bundle.eventTypes, "eventTypes", (type) => importEventType(db, type, by));
  const forms = await inTurn(bundle.forms, "forms", (form) => importForm(db, form, by));
  const calendars = await inTurn(bundle.calendars, "calendars", (calendar) => importCalendar(db, calendar, by));
  const workflows = await importWorkflows(services, db, bundle, onConflict);
  const schedules = await inTurn(bundle.schedules, "schedules", (schedule) =>
    importSchedule(services, db, schedule, by),
  );
  const webhooks = await inTurn(bundle.webhooks, "webhooks", (webhook) => importWebhook(db, webhook, by));
  const { actions, secrets = [], workflows: callable = [] } = await publishCatalogue(services, db);
  const known = {
    secrets: new Set(secrets),
    actions: new Set(actions.map(({ id }) => id)),
    workflows: new Set([...callable, ...workflows].map(({ key }) => key)),
  };
  return {
    // Those that come first in the bundle may call those that come later: all of them are checked when all are there.
    workflows: await checked(services, db, workflows),
    eventTypes,
    forms,
    calendars,
    schedules,
    webhooks,
    missing: {
      secrets: bundle.needs.secrets.filter((name) => !known.secrets.has(name)),
      actions: bundle.needs.actions.filter((name) => !known.actions.has(name)),
      workflows: bundle.needs.workflows.filter((name) => !known.workflows.has(name)),
    },
  };
}

interface ImportedWorkflow {
  readonly key: string;
  readonly result: "created" | "draft" | "skipped";
  readonly revision: number;
  readonly definition: Json;
}

async function importWorkflows(
  services: Known,
  db: TenantDb,
  bundle: Bundle,
  onConflict: ImportRequest["onConflict"],
): Promise<ImportedWorkflow[]> {
  const catalogue = await publishCatalogue(services, db);
  const workflows = bundle.workflows.map(({ definition, definitionHash }, i) => {
    const pointer = `/workflows/${i}`;
    if (canonicalHash(definition) !== definitionHash)
      throw invalid([
        issueOf("BUNDLE_INVALID", `${pointer}/definitionHash`, "The definition is not the one that was exported."),
      ]);
    const read = pointed(`${pointer}/definition`, () => readDefinition(definition, catalogue));
    return { ...pointed(`${pointer}/definition`, () => identityOf(read)), document: read.document, pointer };
  });
  const keys = workflows.map(({ key }) => key);
  const twice = workflows.find(({ key }, i) => keys.indexOf(key) < i);
  if (twice !== undefined)
    throw invalid([issueOf("BUNDLE_INVALID", `${twice.pointer}/definition`, `${twice.key} is there twice.`)]);
  const imported: ImportedWorkflow[] = [];
  const existing: string[] = [];
  for (const { key, name, document } of workflows) {
    const common = { key, definition: document };
    const inserted = await insertWorkflow(db, { key, name, document });
    if (inserted !== "exists") imported.push({ ...common, result: "created", revision: inserted.revision });
    else if (onConflict === "draft") {
      const saved = await saveDraft(db, key, { name, document });
      if (saved === undefined || saved === "mismatch") throw new MainspringError("WORKFLOW_NOT_FOUND", { key });
      imported.push({ ...common, result: "draft", revision: saved.revision });
    } else if (onConflict === "skip") {
      const row = await getWorkflow(db, key);
      imported.push({ ...common, result: "skipped", revision: row?.revision ?? 0 });
    } else existing.push(key);
  }
  if (existing.length > 0)
    throw new MainspringError(
      "WORKFLOW_EXISTS",
      { key: existing[0], keys: existing },
      `there ${existing.length === 1 ? "is a workflow" : "are workflows"} ${existing.join(", ")} already; nothing was imported`,
    );
  return imported;
}

async function checked(
  services: Known,
  db: TenantDb,
  workflows: readonly ImportedWorkflow[],
): Promise<ImportReport["workflows"]> {
  const catalogue = await publishCatalogue(services, db);
  return workflows.map(({ definition, result, ...rest }) => ({
    ...rest,
    result,
    issues: result === "skipped" ? [] : readDefinition(definition, catalogue).issues.map(asWarning),
  }));
}

/** The draft is there; what is wrong with it is for its publishing to refuse. */
function asWarning(issue: Issue): Issue {
  return { ...issue, severity: "warning" };
}

async function importEventType(db: TenantDb, type: Bundle["eventTypes"][number], by: string): Promise<Imported> {
  const { name, description, schema, correlationPaths, samples } = type;
  refuseEventType(name, schema, samples);
  const before = await getEventType(db, name);
  if (before !== undefined)
    return kept(
      name,
      [before.description ?? null, before.schema, before.correlationPaths, before.samples] as Json,
      [description ?? null, schema ?? null, correlationPaths, samples] as Json,
    );
  await putEventType(db, {
    name,
    correlationPaths,
    samples,
    by,
    ...(description === undefined ? {} : { description }),
    ...(schema === undefined ? {} : { schema }),
  });
  return { name, result: "created" };
}

async function importForm(db: TenantDb, form: Bundle["forms"][number], by: string): Promise<Imported> {
  refuseForm(form.schema);
  const { name, title, schema } = form;
  const before = await getForm(db, name);
  if (before !== undefined) return kept(name, [before.title, before.schema], [title, schema]);
  await putForm(db, { name, title, schema, by });
  return { name, result: "created" };
}

async function importCalendar(db: TenantDb, calendar: Bundle["calendars"][number], by: string): Promise<Imported> {
  const { name, ...given } = calendar;
  const document = readCalendar(given as Json);
  const before = await getCalendar(db, name);
  if (before !== undefined) return kept(name, before.document as unknown as Json, document as unknown as Json);
  await putCalendar(db, { name, document, by });
  return { name, result: "created" };
}

async function importWebhook(db: TenantDb, webhook: Bundle["webhooks"][number], by: string): Promise<Imported> {
  const { key, ...given } = webhook;
  const settings = readWebhookSettings(given);
  const before = await getWebhook(db, key);
  if (before === undefined) {
    await insertWebhook(db, { key, ...settings, by });
    return { name: key, result: "created" };
  }
  const said = Object.fromEntries(Object.keys(settings).map((name) => [name, before[name as keyof typeof settings]]));
  return kept(key, said as Json, settings as unknown as Json);
}

/** A schedule is the same by its workflow and its name. */
async function importSchedule(
  { schedules }: Known,
  db: TenantDb,
  schedule: Bundle["schedules"][number],
  by: string,
): Promise<Imported> {
  const { workflow: key, state: _, spec, ...settings } = schedule;
  const { name } = schedule;
  const workflow = await getWorkflow(db, key);
  if (workflow === undefined)
    throw invalid([issueOf("BUNDLE_INVALID", "/workflow", `There is no workflow ${key}, in the bundle or here.`)]);
  const rows = await everyPage((request) => listSchedules(db, { workflow: key }, request));
  const before = rows.find((row) => row.name === name);
  if (before !== undefined) return kept(name, before.spec as unknown as Json, spec as Json);
  try {
    await schedules.importPaused(db, { ...settings, spec: specOf(spec), workflow, by });
  } catch (error) {
    const issues = error instanceof MainspringError ? error.details["issues"] : undefined;
    const isPast = Array.isArray(issues) && (issues as ProblemIssue[]).every(({ code }) => code === "INSTANT_INVALID");
    // What is no time at all is refused.
    if (isPast && Number.isFinite(Date.parse(spec.at ?? ""))) return { name, result: "passed" };
    throw error;
  }
  return { name, result: "created" };
}

function kept(name: string, before: Json, given: Json): Imported {
  return { name, result: canonicalJson(before) === canonicalJson(given) ? "unchanged" : "kept" };
}

async function inTurn<T>(
  items: readonly T[],
  member: string,
  work: (item: T) => Promise<Imported>,
): Promise<Imported[]> {
  const results: Imported[] = [];
  for (const [i, item] of items.entries()) results.push(await pointed(`/${member}/${i}`, () => work(item)));
  return results;
}

/** What is refused with issues is refused as a part of the bundle, at its place. */
function pointed<T>(pointer: string, work: () => T): T {
  const moved = (error: unknown): never => {
    const issues = error instanceof MainspringError ? error.details["issues"] : undefined;
    if (!Array.isArray(issues)) throw error;
    throw invalid((issues as ProblemIssue[]).map((issue) => ({ ...issue, pointer: pointer + issue.pointer })));
  };
  try {
    const done = work();
    return done instanceof Promise ? (done.catch(moved) as T) : done;
  } catch (error) {
    return moved(error);
  }
}

function invalid(issues: readonly ProblemIssue[]): MainspringError {
  const [first] = issues;
  const message = first === undefined ? undefined : `${first.pointer}: ${first.message}`;
  return new MainspringError("BUNDLE_INVALID", { issues: [...issues] as unknown as Json }, message);
}
