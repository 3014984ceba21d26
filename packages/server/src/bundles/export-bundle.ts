import { bundleFormat } from "@mainspring/api";
import type { Bundle } from "@mainspring/api";
import { canonicalHash, canonicalJson, maskBySchema, MainspringError } from "@mainspring/core";
import type { Json, JsonObject } from "@mainspring/core";
import {
  definitionOf,
  getCalendar,
  getEventType,
  getForm,
  getVersion,
  getWorkflow,
  listSchedules,
  listWebhooks,
} from "@mainspring/store";
import type { ScheduleRow, TenantDb, WebhookRow } from "@mainspring/store";
import { everyPage } from "../present/every-page.ts";
import { referencesOf } from "./references.ts";

/**
 * Workflows with what they use: of each its published version, or its draft where it has none.
 * @throws MainspringError WORKFLOW_NOT_FOUND, which names the key
 */
export async function exportBundle(db: TenantDb, keys: readonly string[]): Promise<Bundle> {
  const wanted = [...new Set(keys)].sort();
  const workflows: Bundle["workflows"] = [];
  for (const key of wanted) {
    const exported = await exportedWorkflow(db, key);
    if (exported === undefined)
      throw wanted.length === 1
        ? new MainspringError("WORKFLOW_NOT_FOUND")
        : new MainspringError("WORKFLOW_NOT_FOUND", { key }, `there is no workflow ${key}`);
    workflows.push(exported);
  }
  const webhooks = (await everyPage((request) => listWebhooks(db, request))).filter(
    ({ workflow }) => workflow !== null && wanted.includes(workflow),
  );
  const schedules: Bundle["schedules"] = [];
  for (const key of wanted) schedules.push(...(await exportedSchedules(db, key)));
  const used = referencesOf(workflows.map(({ definition }) => definition));
  const calendars = new Set([
    ...used.calendars,
    ...schedules.flatMap(({ businessDays }) => businessDays?.calendar ?? []),
  ]);
  return {
    format: bundleFormat,
    workflows,
    eventTypes: await present(used.eventTypes, async (name) => {
      const type = await getEventType(db, name);
      if (type === undefined) return undefined;
      const { description, schema, correlationPaths, samples } = type;
      return {
        name,
        correlationPaths: [...correlationPaths],
        samples: [...samples],
        ...(description === null ? {} : { description }),
        ...(schema === null ? {} : { schema: schema as JsonObject }),
      };
    }),
    forms: await present(used.forms, async (name) => {
      const form = await getForm(db, name);
      return form === undefined ? undefined : { name, title: form.title, schema: form.schema as JsonObject };
    }),
    calendars: await present(calendars, async (name) => {
      const calendar = await getCalendar(db, name);
      return calendar === undefined ? undefined : { name, ...calendar.document };
    }),
    schedules,
    webhooks: webhooks.map(exportedWebhook),
    needs: {
      secrets: [...used.secrets].sort(),
      actions: [...used.actions].sort(),
      workflows: [...used.workflows].filter((key) => !wanted.includes(key)).sort(),
    },
  };
}

async function exportedWorkflow(db: TenantDb, key: string): Promise<Bundle["workflows"][number] | undefined> {
  const row = await getWorkflow(db, key);
  if (row === undefined) return undefined;
  const version = row.publishedVersion === null ? undefined : await getVersion(db, key, row.publishedVersion);
  const document = (version?.document ?? row.document) as JsonObject;
  return { definition: document, definitionHash: canonicalHash(document) };
}

/** Those that may start something yet, in the order of their names; they come to life paused. */
async function exportedSchedules(db: TenantDb, workflow: string): Promise<Bundle["schedules"]> {
  const rows = await everyPage((request) => listSchedules(db, { workflow }, request));
  const schema = (await definitionOf(db, workflow))?.payloadSchema ?? null;
  return rows
    .filter(({ state }) => state !== "completed")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((row) => exportedSchedule(row, schema));
}

function exportedSchedule(row: ScheduleRow, payloadSchema: Json): Bundle["schedules"][number] {
  const { workflowKey: workflow, name, spec, payload, overlap, catchUpMs: catchUpWindowMs, jitterMs, note } = row;
  // With a value that nobody may read the payload stays here: whoever imports it gives it another one.
  const isReadable =
    payloadSchema === null || canonicalJson(maskBySchema(payloadSchema, payload)) === canonicalJson(payload);
  const businessDays = row.businessDays === null ? null : { calendar: row.businessDays };
  return {
    workflow,
    name,
    spec: { ...spec },
    overlap,
    catchUpWindowMs,
    jitterMs,
    businessDays,
    note,
    state: "paused",
    ...(isReadable ? { payload } : {}),
  };
}

/** As its author said it; its secrets stay. */
function exportedWebhook({
  key,
  scheme,
  description,
  enabled,
  eventName,
  correlationKey,
  headers,
  workflow,
  replyWaitMs,
}: WebhookRow): Bundle["webhooks"][number] {
  type Said = Bundle["webhooks"][number];
  return {
    key,
    scheme,
    description,
    enabled,
    eventName: eventName as Said["eventName"],
    correlationKey: correlationKey as Said["correlationKey"],
    headers: [...headers],
    workflow,
    reply: replyWaitMs === null ? null : { waitMs: replyWaitMs },
  };
}

async function present<T>(names: ReadonlySet<string>, find: (name: string) => Promise<T | undefined>): Promise<T[]> {
  const found: T[] = [];
  for (const name of [...names].sort()) {
    const one = await find(name);
    if (one !== undefined) found.push(one);
  }
  return found;
}
