import { bundleFormat, fullPath, listRoutes, roleSuffices, tenantRoles } from "@mainspring/api";
import type { NamedRoute, TenantRole } from "@mainspring/api";
import { canonicalHash } from "@mainspring/core";
import { acceptEvent, insertRun, listAudit, newId } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { misdescribed } from "./testing/openapi-check.ts";
import { writeOpenTask } from "./testing/journals.ts";
import { rowsOf } from "./testing/rows-of.ts";
import { platformKey, smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer, TestTenant } from "./testing/test-server.ts";

let on: TestServer;
/** Ids of what tenant `one` has. */
let own: {
  key: string;
  runId: string;
  eventId: string;
  keyId: string;
  taskId: string;
  viewId: string;
  hookSecretId: string;
  scheduleId: string;
};

/** Of tenant `one`, before anybody has called anything. */
let rowsBefore: Awaited<ReturnType<typeof rowsOf>>;

beforeAll(async () => {
  on = await testServer();
  own = await furnish(on.one, "secret-plan");
  rowsBefore = await rowsOf(on, on.one.id);
});
afterAll(() => on.close());

async function furnish(tenant: TestTenant, key: string): Promise<typeof own> {
  await tenant.client.workflows.create({ body: { definition: smallDefinition(key) } });
  const { definitionHash } = await tenant.client.workflows.publish({ params: { key } });
  const runId = newId();
  const eventId = await on.database.store.tenant(tenant.id, async (db) => {
    await insertRun(db, {
      id: runId,
      workflowKey: key,
      version: 1,
      definitionHash,
      programHash: "0".repeat(64),
      semantics: 2,
      input: { of: tenant.id },
    });
    return (
      await acceptEvent(db, {
        source: "default",
        eventId: "e-1",
        name: "order.paid",
        payload: { of: tenant.id },
        bodyHash: "0".repeat(64),
      })
    ).id;
  });
  await tenant.client.calendars.put({ params: { name: "secret-hours" }, body: { zone: "UTC", week: {} } });
  const { id: keyId } = await tenant.client.apiKeys.create({ body: { name: "spare", role: "viewer" } });
  await tenant.client.forms.put({ params: { name: "secret-form" }, body: { schema: { type: "object" } } });
  await tenant.client.eventTypes.put({ params: { name: "secret-type" }, body: {} });
  await tenant.client.secrets.set({ params: { name: "own-secret" }, body: { value: `value of ${tenant.id}` } });
  await tenant.client.dataStore.put({
    params: { namespace: "own-space", key },
    body: { value: { of: tenant.id } },
  });
  const taskId = await writeOpenTask(
    on.database.store,
    { tenantId: tenant.id, runId },
    { title: key, asks: { assignTo: { users: ["ada"] } }, form: { schema: {} } },
  );
  const { id: viewId } = await tenant.client.savedViews.create({ body: { name: key, filter: { q: key } } });
  const { secrets } = await tenant.client.webhooks.create({
    body: { key, scheme: "github", enabled: true, headers: [] },
  });
  const { id: scheduleId } = await tenant.client.schedules.create({
    body: { workflow: key, spec: { everyMs: 3_600_000 } },
  });
  return { key, runId, eventId, keyId, taskId, viewId, hookSecretId: secrets[0]?.id ?? "", scheduleId };
}

/** The address of a route for what tenant `one` has. */
function addressOf({ id, route }: NamedRoute): string {
  const ids: { [name: string]: string } = {
    key: id === "dataStore.put" ? "made-anew" : own.key,
    namespace: "own-space",
    name:
      id.endsWith(".put") || id === "secrets.set"
        ? "made-anew"
        : id.startsWith("secrets.")
          ? "own-secret"
          : id.startsWith("forms.")
            ? "secret-form"
            : id.startsWith("eventTypes.")
              ? "secret-type"
              : "secret-hours",
    version: "1",
    seq: "1",
    id: id.startsWith("webhooks.")
      ? own.hookSecretId
      : id.startsWith("schedules.")
        ? own.scheduleId
        : id.startsWith("events.")
          ? own.eventId
          : id.startsWith("tasks.")
            ? own.taskId
            : id.startsWith("apiKeys.")
              ? own.keyId
              : id.startsWith("savedViews.")
                ? own.viewId
                : id.startsWith("platform.")
                  ? on.one.id
                  : own.runId,
  };
  const queries: { readonly [id: string]: string } = {
    "runs.diff": `?a=${own.runId}&b=${own.runId}`,
    "workflows.diff": "?from=1&to=draft",
  };
  const query = queries[id] ?? "";
  return fullPath(route).replace(/:(\w+)/g, (_, name: string) => ids[name] ?? "") + query;
}

/** A body that the route takes, as JSON text. */
function bodyOf({ id, route }: NamedRoute): string | undefined {
  if (route.body === undefined) return undefined;
  switch (id) {
    case "workflows.create":
      return JSON.stringify({ definition: smallDefinition("made-anew") });
    case "workflows.save":
      return JSON.stringify({ definition: smallDefinition(own.key) });
    case "schedules.create":
      return JSON.stringify({ workflow: own.key, spec: { everyMs: 3_600_000 } });
    case "schedules.previewSpec":
      return JSON.stringify({ spec: { cron: "0 0 * * *", zone: "UTC" } });
    case "schedules.backfill":
      return JSON.stringify({ from: "2025-01-01T00:00:00Z", to: "2025-01-01T03:00:00Z" });
    case "calendars.put":
      return JSON.stringify({ zone: "UTC", week: { mon: ["09:00-12:00"] } });
    case "eventTypes.put":
      return JSON.stringify({ correlationPaths: ["id"] });
    case "forms.put":
      return JSON.stringify({ schema: { type: "object" } });
    case "secrets.set":
      return JSON.stringify({ value: "a value made anew" });
    case "webhooks.create":
      return JSON.stringify({ key: "made-anew", scheme: "github" });
    case "webhooks.put":
      return JSON.stringify({ scheme: "github" });
    case "dataStore.put":
      return JSON.stringify({ value: { made: "anew" } });
    case "codec.decode":
    case "codec.encode":
      return JSON.stringify({ payloads: [{ metadata: {}, data: "" }] });
    case "runs.whyMany":
      return JSON.stringify({ ids: [own.runId] });
    case "tasks.complete":
    case "tasks.override":
      return JSON.stringify({ answer: { ok: true } });
    case "runs.restartFrom":
      return JSON.stringify({ stepPath: "root.steps[0]", reason: "a test", dryRun: true });
    case "runs.bulk":
      return JSON.stringify({ action: "cancel", filter: { runId: own.runId }, dryRun: true });
    case "events.accept":
      return JSON.stringify({ name: "a", id: "made-anew", runId: own.runId });
    case "deadLetters.redeliver":
      return JSON.stringify({ filter: { name: "no-such-event" } });
    case "apiKeys.create":
    case "platform.createApiKey":
      return JSON.stringify({ name: "made anew", role: "admin" });
    case "workflows.exportMany":
      return JSON.stringify({ keys: [own.key] });
    case "workflows.import":
      return JSON.stringify({
        format: bundleFormat,
        workflows: [
          { definition: smallDefinition("imported"), definitionHash: canonicalHash(smallDefinition("imported")) },
        ],
      });
    case "savedViews.create":
      return JSON.stringify({ name: "made anew", filter: { status: ["FAILED"] } });
    case "platform.createTenant":
      return JSON.stringify({ name: "Made anew" });
    case "platform.updateTenant":
      return JSON.stringify({ suspended: false });
    default:
      return "{}";
  }
}

async function call(named: NamedRoute, key: string | undefined): Promise<{ status: number; text: string }> {
  const stop = new AbortController();
  const body = bodyOf(named);
  const headers = {
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const reply = await fetch(on.url + addressOf(named), {
    method: named.route.method,
    headers,
    body,
    signal: stop.signal,
  });
  if (reply.headers.get("content-type")?.startsWith("text/event-stream") === true) {
    stop.abort();
    return { status: reply.status, text: "" };
  }
  const text = await reply.text();
  // The document that generated clients are made of tells the same as what was really sent and answered.
  expect(
    misdescribed(named, body, { status: reply.status, contentType: reply.headers.get("content-type"), text }),
  ).toEqual([]);
  return { status: reply.status, text };
}

const routes = listRoutes();
const tenantRoutes = routes.filter(({ route }) => (tenantRoles as readonly string[]).includes(route.role));
// Those that would take away what the others look for.
const destructive = [
  "workflows.remove",
  "apiKeys.revoke",
  "calendars.remove",
  "forms.remove",
  "eventTypes.remove",
  "secrets.remove",
  "webhooks.remove",
  "webhooks.removeSecret",
  "dataStore.remove",
  "savedViews.remove",
  "schedules.remove",
  "workflows.unpublish",
];
// What these ask for the run of these tests is in no state for; the role is let through to that.
const refusing: { readonly [id: string]: string } = {
  "runs.quotaResume": "RUN_NOT_PAUSED",
  "runs.at": "ENTRY_NOT_FOUND",
  "runs.diff": "ENTRY_NOT_FOUND",
};
// What they address may be new.
const creating = ["calendars.put", "forms.put", "eventTypes.put", "secrets.set", "dataStore.put"];

test.each(tenantRoutes.map((named) => [named.id, named] as const))(
  "[TEN-02] [SEC-01] %s: what another tenant has is not there, whatever the role of the key",
  async (_, named) => {
    for (const role of tenantRoles) {
      if (!roleSuffices(role, named.route.role as TenantRole)) continue;
      const { status, text } = await call(named, on.other.keys[role]);
      const isAddressed = named.route.params !== undefined && !creating.includes(named.id);
      // Checking a definition that is sent along needs no workflow; without one it is the other's draft, which is not there.
      if (isAddressed || named.id === "events.accept") expect(status, `${role}: ${text}`).toBe(404);
      for (const secret of [own.runId, own.eventId, own.keyId, on.one.id])
        expect(text.replace(/the event is for run \S+/, ""), role).not.toContain(secret);
      if (named.route.method === "GET") expect(text, role).not.toContain(own.key);
    }
  },
);

test("[TEN-02] [SEC-01] all of these calls have changed not one row of the first tenant", async () => {
  expect(await rowsOf(on, on.one.id)).toEqual(rowsBefore);
});

test.each(routes.filter(({ route }) => route.role !== "public").map((named) => [named.id, named] as const))(
  "[SEC-01] %s: nobody without a key, and no role below the one it asks for",
  async (_, named) => {
    expect((await call(named, undefined)).status).toBe(401);
    for (const role of tenantRoles) {
      const allowed = named.route.role !== "platform" && roleSuffices(role, named.route.role as TenantRole);
      if (allowed) continue;
      const { status, text } = await call(named, on.one.keys[role]);
      expect(status, role).toBe(403);
      expect(text).toContain('"code":"FORBIDDEN"');
    }
    if (named.route.role !== "platform") expect((await call(named, platformKey)).status).toBe(403);
  },
);

test.each(tenantRoutes.filter(({ id }) => !destructive.includes(id)).map((named) => [named.id, named] as const))(
  "[API-01] %s: the role that it asks for may call it, and the OpenAPI document describes request and reply",
  async (_, named) => {
    const { status, text } = await call(named, on.one.keys[named.route.role as TenantRole]);
    const refusal = refusing[named.id];
    if (refusal === undefined) expect(status, text).toBeLessThan(400);
    else expect(text).toContain(`"code":"${refusal}"`);
  },
);

// What changes nothing (checks, questions, conversions, previews), and what is its own record: the inbox keeps each event with its source.
const unaudited = [
  "workflows.validate",
  "workflows.whatIf",
  "workflows.exportMany",
  "schedules.previewSpec",
  "runs.whyMany",
  "codec.decode",
  "codec.encode",
  "runs.restartFrom",
  "runs.bulk",
  "runs.rebuild",
  "events.accept",
];
const mutating = tenantRoutes.filter(({ id, route }) => route.method !== "GET" && refusing[id] === undefined);
/** What a route needs so that it changes something. */
const prepare: { readonly [id: string]: (tenant: TestTenant) => Promise<Partial<typeof own>> } = {
  "workflows.publish": async ({ client }) => {
    const definition = smallDefinition(own.key, { name: "Another name" });
    await client.workflows.save({ params: { key: own.key }, body: { definition } });
    return {};
  },
  "schedules.unpause": async ({ client }) => {
    await client.schedules.pause({ params: { id: own.scheduleId }, body: {} });
    return {};
  },
  "schedules.enable": async ({ client }) => {
    await client.schedules.disable({ params: { id: own.scheduleId }, body: {} });
    return {};
  },
  "tasks.release": async ({ client }) => {
    await client.tasks.claim({ params: { id: own.taskId } });
    return {};
  },
  "workflows.remove": async ({ client }) => {
    await client.workflows.create({ body: { definition: smallDefinition("without-runs") } });
    return { key: "without-runs" };
  },
};

test.each(mutating.map((named) => [named.id, named] as const))(
  "[SEC-05] %s: one entry in the audit log for a change by a key, none for what is refused or changes nothing",
  async (_, named) => {
    const tenant = await on.makeTenant("Audited");
    const entries = async (): Promise<readonly { readonly seq: number; readonly actor: string }[]> =>
      on.database.store.tenant(tenant.id, async (db) => (await listAudit(db, {}, { limit: 200 })).items);
    const kept = own;
    try {
      own = await furnish(tenant, "watched-plan");
      own = { ...own, ...(await prepare[named.id]?.(tenant)) };
      const before = await entries();
      if (named.route.role !== "viewer") {
        expect((await call(named, tenant.keys.viewer)).status).toBe(403);
        expect(await entries()).toEqual(before);
      }
      const { status, text } = await call(named, tenant.keys.admin);
      expect(status, text).toBeLessThan(400);
      const made = (await entries()).slice(0, -before.length);
      if (unaudited.includes(named.id)) expect(made).toEqual([]);
      else expect(made).toEqual([expect.objectContaining({ actor: expect.stringMatching(/^api-key:/) as unknown })]);
    } finally {
      own = kept;
    }
  },
);

test("[SEC-05] what is done a second time and changes nothing is no second entry", async () => {
  const tenant = await on.makeTenant("Twice");
  const { client } = tenant;
  const { keyId, taskId } = await furnish(tenant, "twice-plan");
  const twice: readonly (readonly [action: string, act: () => Promise<unknown>])[] = [
    ["task.claim", () => client.tasks.claim({ params: { id: taskId } })],
    ["task.release", () => client.tasks.release({ params: { id: taskId } })],
    ["api-key.revoke", () => client.apiKeys.revoke({ params: { id: keyId } })],
  ];
  for (const [action, act] of twice) {
    await act();
    await act();
    expect((await client.audit.list({ query: { action } })).items, action).toHaveLength(1);
  }
});

test("a viewer's key cannot publish, start or cancel, and changes nothing by trying", async () => {
  const viewer = on.client(on.one.keys.viewer);
  const before = await viewer.runs.list();
  await expect(viewer.workflows.publish({ params: { key: own.key } })).rejects.toMatchObject({
    status: 403,
    code: "FORBIDDEN",
  });
  await expect(viewer.runs.start({ params: { key: own.key } })).rejects.toMatchObject({ status: 403 });
  await expect(viewer.runs.cancel({ params: { id: own.runId } })).rejects.toMatchObject({ status: 403 });
  expect((await viewer.runs.list()).items).toEqual(before.items);
});

test("a revoked key, and every key of a suspended tenant, is refused from the next request on", async () => {
  const { id, key } = await on.one.client.apiKeys.create({ body: { name: "brief", role: "admin" } });
  const brief = on.client(key);
  expect(await brief.apiKeys.current()).toMatchObject({
    id,
    name: "brief",
    role: "admin",
    tenant: { id: on.one.id, name: "One" },
  });
  await brief.apiKeys.revoke({ params: { id } });
  await expect(brief.apiKeys.current()).rejects.toMatchObject({ status: 401 });
  const platform = on.client(platformKey);
  const { id: tenantId } = await platform.platform.createTenant({
    body: { name: "Third", egressAllow: ["127.0.0.1:8080"] },
  });
  const third = on.client(
    (await platform.platform.createApiKey({ params: { id: tenantId }, body: { name: "first", role: "admin" } })).key,
  );
  expect((await third.runs.list()).items).toEqual([]);
  expect(await platform.platform.updateTenant({ params: { id: tenantId }, body: { suspended: true } })).toMatchObject({
    egressAllow: ["127.0.0.1:8080"],
    suspended: true,
  });
  await expect(third.runs.list()).rejects.toMatchObject({ status: 403, code: "TENANT_SUSPENDED" });
  await platform.platform.updateTenant({ params: { id: tenantId }, body: { suspended: false } });
  expect((await third.runs.list()).items).toEqual([]);
});

test.each(["retry", "resume", "requeue"])(
  "[RUN-02] [RUN-03] [TST-07] there is no %s: 409, and no row of the run changes",
  async (action) => {
    const ask = async (runId: string, key: string): Promise<Response> =>
      fetch(`${on.url}/api/v1/runs/${runId}/${action}`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}` },
      });
    const rows = async (): Promise<readonly (readonly unknown[])[]> =>
      Promise.all(
        ["workflow_runs where id", "workflow_run_steps where run_id", "workflow_run_waits where run_id"].map((of) =>
          asOwner(on.database, `select * from ${of} = $1 order by 1, 2, 3`, [own.runId]),
        ),
      );
    await asOwner(
      on.database,
      `insert into workflow_run_steps (tenant_id, run_id, execution, step_id, step_path, status, started_at, epoch)
       values ($1, $2, 1, 'note', 'root.steps[0]', 'WAITING', now(), 1) on conflict do nothing`,
      [on.one.id, own.runId],
    );
    const rowsBefore = await rows();
    expect(rowsBefore.map((of) => of.length > 0)).toEqual([true, true, true]);
    const before = await on.one.client.runs.get({ params: { id: own.runId } });
    const reply = await ask(own.runId, on.one.keys.admin);
    expect(reply.status).toBe(409);
    expect(await reply.json()).toMatchObject({
      code: "WORKFLOW_TEMPORAL_ACTION_UNSUPPORTED",
      action,
      engine: "temporal",
      runId: own.runId,
    });
    expect(await on.one.client.runs.get({ params: { id: own.runId } })).toEqual({
      ...before,
      asOf: expect.any(String),
    });
    expect((await ask(own.runId, on.other.keys.admin)).status).toBe(404);
    expect(await rows()).toEqual(rowsBefore);
    expect((await fetch(`${on.url}/api/v1/runs/${own.runId}/${action}`, { method: "POST" })).status).toBe(401);
  },
);
