import { createTenant } from "@mainspring/store";
import { asOwner } from "@mainspring/store/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askedAs } from "./routes/asked-as.ts";
import { writeOpenTask } from "./testing/journals.ts";
import { platformKey, smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer, TestTenant } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

const platform = () => on.client(platformKey).platform;

async function startedRun(tenant: TestTenant, key: string): Promise<string> {
  await tenant.client.workflows.create({ body: { definition: smallDefinition(key) } });
  await tenant.client.workflows.publish({ params: { key } });
  const { runId } = (await tenant.client.runs.start({ params: { key }, body: { payload: { n: 1 } } })) as {
    runId: string;
  };
  return runId;
}

test("a suspended tenant's keys are refused, reading included, with a decision for what would have started something", async () => {
  const tenant = await on.makeTenant("Sleeping");
  await startedRun(tenant, "wf");
  const decisions = async () =>
    (await asOwner(on.database, "select outcome, workflow_key from workflow_trigger_decisions where tenant_id = $1", [
      tenant.id,
    ])) as readonly { readonly outcome: string; readonly workflow_key: string | null }[];
  await platform().updateTenant({ params: { id: tenant.id }, body: { suspended: true } });
  const suspended = { status: 403, code: "TENANT_SUSPENDED" };
  await expect(tenant.client.runs.list()).rejects.toMatchObject(suspended);
  await expect(tenant.client.runs.start({ params: { key: "wf" } })).rejects.toMatchObject(suspended);
  await expect(tenant.client.events.accept({ body: { name: "e", id: "1" } })).rejects.toMatchObject(suspended);
  expect((await decisions()).map(({ outcome, workflow_key: key }) => [outcome, key])).toEqual(
    expect.arrayContaining([
      ["tenant-suspended", "wf"],
      ["tenant-suspended", null],
    ]),
  );
  expect(await asOwner(on.database, "select from workflow_runtime_events where tenant_id = $1", [tenant.id])).toEqual(
    [],
  );
  await platform().updateTenant({ params: { id: tenant.id }, body: { suspended: false } });
  expect((await tenant.client.runs.list()).items).toHaveLength(1);
});

test("a tenant, and a key, that is asked for again with its Idempotency-Key is the same one, by two at once too, and a key is shown to nobody else and not for ever", async () => {
  const makeTenant = (name: string) => platform().createTenant({ body: { name }, idempotencyKey: "first-customer" });
  const [one, two] = await Promise.all([makeTenant("Once"), makeTenant("Once")]);
  expect(two).toEqual(one);
  const conflict = { status: 422, code: "IDEMPOTENCY_CONFLICT" };
  await expect(makeTenant("Another")).rejects.toMatchObject(conflict);
  expect((await platform().createTenant({ body: { name: "Once" } })).id).not.toBe(one.id);
  const params = { id: one.id };
  const makeKey = (role: "admin" | "viewer") =>
    platform().createApiKey({ params, body: { name: "ops", role }, idempotencyKey: "ops-key" });
  const [made, again] = await Promise.all([makeKey("admin"), makeKey("admin")]);
  expect(again).toEqual(made);
  await expect(makeKey("viewer")).rejects.toMatchObject(conflict);
  const admin = on.client(made.key).apiKeys;
  expect((await admin.current()).id).toBe(made.id);
  // Of one who has not made it, though he is an administrator and asks for the same.
  await expect(admin.create({ body: { name: "ops", role: "admin" }, idempotencyKey: "ops-key" })).rejects.toMatchObject(
    conflict,
  );
  const own = () => admin.create({ body: { name: "ci", role: "operator" }, idempotencyKey: "ci-key" });
  const ci = await own();
  expect(await own()).toEqual(ci);
  expect((await on.client(ci.key).apiKeys.current()).role).toBe("operator");
  const other = await platform().createTenant({ body: { name: "Elsewhere" } });
  const elsewhere = await platform().createApiKey({
    params: { id: other.id },
    body: { name: "ops", role: "admin" },
    idempotencyKey: "ops-key",
  });
  expect(elsewhere.id).not.toBe(made.id);
  const names = (await admin.list()).items.map(({ name }) => name);
  expect(names.toSorted()).toEqual(["ci", "ops"]);
  const audit = await platform().audit({ params, query: { action: "api-key.create" } });
  expect(audit.items).toHaveLength(2);
  expect((await platform().audit({ params, query: { action: "tenant.create" } })).items).toHaveLength(1);
  const shown = { status: 409, code: "API_KEY_SHOWN" };
  await asOwner(on.database, "update api_keys set created_at = created_at - interval '16 minutes' where id = $1", [
    ci.id,
  ]);
  await expect(own()).rejects.toMatchObject(shown);
  expect((await on.client(ci.key).apiKeys.current()).id).toBe(ci.id);
  await admin.revoke({ params: { id: made.id } });
  await expect(makeKey("admin")).rejects.toMatchObject(shown);
});

test("a tenant whose request ended before its audit log began is told of there once it is asked for again", async () => {
  const request = askedAs("cut-off", { name: "Cut off", egressAllow: [] });
  const { id } = await on.database.store.platform((db) => createTenant(db, { name: "Cut off", request }));
  const again = await platform().createTenant({ body: { name: "Cut off" }, idempotencyKey: "cut-off" });
  expect(again).toEqual({ id });
  const { items } = await platform().audit({ params: { id } });
  expect(items).toMatchObject([{ action: "tenant.create", subject: `tenant:${id}` }]);
});

test("tenants are listed newest first, page by page, with their state", async () => {
  const made = [await on.makeTenant("Page 1"), await on.makeTenant("Page 2"), await on.makeTenant("Page 3")];
  await platform().updateTenant({ params: { id: made[2]?.id ?? "" }, body: { suspended: true, retentionDays: 7 } });
  const first = await platform().listTenants({ query: { limit: 2 } });
  expect(first.items.map(({ name, suspended, retentionDays }) => [name, suspended, retentionDays])).toEqual([
    ["Page 3", true, 7],
    ["Page 2", false, null],
  ]);
  const second = await platform().listTenants({ query: { limit: 1, cursor: first.nextCursor ?? "" } });
  expect(second.items[0]?.name).toBe("Page 1");
  const stored = await platform().updateTenant({ params: { id: made[2]?.id ?? "" }, body: { retentionDays: null } });
  expect(stored).toMatchObject({ retentionDays: null, suspended: true, deletion: null });
  await expect(
    platform().updateTenant({ params: { id: made[2]?.id ?? "" }, body: { retentionDays: 0 } }),
  ).rejects.toMatchObject({ status: 422 });
});

test("an export has every row of the tenant, nobody else's, and no secret, hash or key", async () => {
  const [tenant, other] = [await on.makeTenant("Exported"), await on.makeTenant("Not exported")];
  const runId = await startedRun(tenant, "wf");
  await startedRun(other, "foreign");
  await tenant.client.secrets.set({ params: { name: "token" }, body: { value: "a value to be kept" } });
  await tenant.client.dataStore.put({ params: { namespace: "n", key: "k" }, body: { value: { is: "stored" } } });
  const text = await platform().exportTenant({ params: { id: tenant.id } });
  const lines = text
    .trimEnd()
    .split("\n")
    .map(
      (line) => JSON.parse(line) as { table?: string; row?: { [column: string]: unknown }; [member: string]: unknown },
    );
  expect(lines[0]).toMatchObject({ format: "mainspring.tenant/1", tenant: { id: tenant.id, name: "Exported" } });
  const rows = lines.slice(1, -1);
  const counts: { [table: string]: number } = {};
  for (const { table = "" } of rows) counts[table] = (counts[table] ?? 0) + 1;
  const told = lines.at(-1) as { end: true; counts: { [table: string]: number } };
  expect(told.end).toBe(true);
  expect(Object.fromEntries(Object.entries(told.counts).filter(([, n]) => n > 0))).toEqual(counts);
  expect(counts).toMatchObject({ api_keys: 4, secrets: 1, workflow_runs: 1, workflow_data_store: 1 });
  expect(rows.every(({ row }) => row?.["tenant_id"] === tenant.id)).toBe(true);
  expect(rows.find(({ table }) => table === "workflow_runs")?.row).toMatchObject({ id: runId, input_json: { n: 1 } });
  for (const hidden of ["key_hash", "sealed", "wrapped", "a value to be kept", "foreign"])
    expect(text).not.toContain(hidden);
  const sealed = (await asOwner(
    on.database,
    "select encode(sealed, 'hex') as sealed from secrets where tenant_id = $1",
    [tenant.id],
  )) as readonly { readonly sealed: string }[];
  expect(text).not.toContain(sealed[0]?.sealed.slice(0, 40));
  await expect(
    platform().exportTenant({ params: { id: "01900000-0000-7000-8000-000000000000" } }),
  ).rejects.toMatchObject({ code: "TENANT_NOT_FOUND" });
});

test("an export goes on from page to page of a table", async () => {
  const tenant = await on.makeTenant("Large");
  await asOwner(
    on.database,
    `insert into workflow_trigger_decisions (tenant_id, id, outcome) select $1, gen_random_uuid(), 'no-trigger' from generate_series(1, 1203)`,
    [tenant.id],
  );
  const text = await platform().exportTenant({ params: { id: tenant.id } });
  const ids = text.split("\n").flatMap((line) => /"workflow_trigger_decisions".*?"id":"([^"]+)"/.exec(line)?.[1] ?? []);
  expect(ids).toHaveLength(1_203);
  expect(new Set(ids).size).toBe(1_203);
  expect(text).toContain('"workflow_trigger_decisions":1203');
});

test("[TEN-05] deleting is refused while runs are open, then done with a proof; keys are void, the audit stays and verifies", async () => {
  const [tenant, other] = [await on.makeTenant("Leaving"), await on.makeTenant("Staying")];
  await startedRun(tenant, "wf");
  await startedRun(other, "wf");
  await expect(platform().deleteTenant({ params: { id: tenant.id } })).rejects.toMatchObject({
    status: 409,
    code: "TENANT_IN_USE",
    document: expect.objectContaining({ openRuns: 1, byStatus: { QUEUED: 1 } }) as unknown,
  });
  expect((await tenant.client.runs.list()).items).toHaveLength(1);
  const proof = await platform().deleteTenant({ params: { id: tenant.id }, body: { mode: "terminate" } });
  expect(proof).toMatchObject({ status: "deleted", mode: "terminate", tenantId: tenant.id });
  await expect(tenant.client.runs.list()).rejects.toMatchObject({ status: 401 });
  await expect(platform().getTenant({ params: { id: tenant.id } })).rejects.toMatchObject({ code: "TENANT_NOT_FOUND" });
  expect(await platform().deleteTenant({ params: { id: tenant.id } })).toEqual(proof);
  const { items } = await platform().audit({ params: { id: tenant.id } });
  expect(items[0]).toMatchObject({ action: "tenant.delete", actor: "platform" });
  expect(items.map(({ action }) => action)).toEqual(expect.arrayContaining(["run.start", "workflow.publish"]));
  expect(JSON.stringify(items.slice(1))).not.toMatch(/workflow:wf|api-key:/);
  expect(await platform().verifyAudit({ params: { id: tenant.id } })).toMatchObject({ valid: true });
  expect((await other.client.runs.list()).items).toHaveLength(1);
  const unknown = { params: { id: "01900000-0000-7000-8000-000000000000" } };
  for (const ask of ["deleteTenant", "audit", "verifyAudit", "getTenant", "exportTenant"] as const)
    await expect(platform()[ask](unknown), ask).rejects.toMatchObject({ status: 404, code: "TENANT_NOT_FOUND" });
});

test("[SEC-05] who changed what is read by filters, and verified; an altered entry is found", async () => {
  const tenant = await on.makeTenant("Watched");
  await startedRun(tenant, "wf");
  const { items } = await tenant.client.audit.list();
  expect(items.map(({ action }) => action)).toEqual(["run.start", "workflow.publish", "workflow.create"]);
  const { items: published } = await tenant.client.audit.list({
    query: { action: "workflow.publish", subject: "workflow:wf", actor: items[0]?.actor },
  });
  expect(published).toMatchObject([{ action: "workflow.publish", details: { version: 1 } }]);
  const verified = await tenant.client.audit.verify();
  expect(verified).toMatchObject({ valid: true, entries: 3, faults: [] });
  await asOwner(
    on.database,
    "alter table audit_log disable trigger user; update audit_log set subject = 'workflow:x' where action = 'workflow.publish'; alter table audit_log enable trigger user",
  );
  expect(await tenant.client.audit.verify()).toMatchObject({ valid: false, faults: [{ seq: 2, fault: "altered" }] });
  expect(await tenant.client.audit.verify({ query: verified.head })).toMatchObject({ valid: false });
  await expect(tenant.client.audit.verify({ query: { seq: 1 } })).rejects.toMatchObject({ status: 422 });
});

test("tasks of a group are its members' own, by the groups of their key", async () => {
  const tenant = await on.makeTenant("Grouped");
  const runId = await startedRun(tenant, "wf");
  const write = (asks: object) => writeOpenTask(on.database.store, { tenantId: tenant.id, runId }, asks as never);
  const sales = await write({ title: "Call", asks: { assignTo: { groups: ["sales"] } }, form: { schema: {} } });
  const { key, id } = await tenant.client.apiKeys.create({
    body: { name: "ada", role: "operator", groups: ["sales", "board"] },
  });
  const { key: without } = await platform().createApiKey({
    params: { id: tenant.id },
    body: { name: "bob", role: "operator", groups: ["support"] },
  });
  const ada = on.client(key);
  expect(await ada.apiKeys.current()).toMatchObject({ id, groups: ["sales", "board"] });
  expect((await ada.tasks.list({ query: { mine: "true" } })).items.map((task) => task.id)).toEqual([sales]);
  expect((await on.client(without).tasks.list({ query: { mine: "true" } })).items).toEqual([]);
  expect(await ada.tasks.claim({ params: { id: sales } })).toMatchObject({ status: "CLAIMED" });
  expect((await tenant.client.apiKeys.list()).items.find((row) => row.id === id)?.groups).toEqual(["sales", "board"]);
});

test("views are saved for everybody of the tenant, by name", async () => {
  const [tenant, other] = [await on.makeTenant("Views"), await on.makeTenant("No views")];
  const filter = { status: ["FAILED"], workflow: "wf" };
  const view = await tenant.client.savedViews.create({ body: { name: "Failed", filter } });
  expect(view).toMatchObject({ list: "runs", name: "Failed", filter });
  await expect(tenant.client.savedViews.create({ body: { name: "Failed", filter } })).rejects.toMatchObject({
    status: 409,
    code: "SAVED_VIEW_EXISTS",
  });
  await tenant.client.savedViews.create({ body: { list: "events", name: "Failed", filter } });
  expect((await tenant.client.savedViews.list({ query: { list: "runs" } })).items).toEqual([view]);
  expect((await tenant.client.savedViews.list()).items).toHaveLength(2);
  expect((await other.client.savedViews.list()).items).toEqual([]);
  await expect(other.client.savedViews.remove({ params: { id: view.id } })).rejects.toMatchObject({ status: 404 });
  await tenant.client.savedViews.remove({ params: { id: view.id } });
  expect((await tenant.client.savedViews.list({ query: { list: "runs" } })).items).toEqual([]);
});

test("[SEC-05] what the platform changes stands in the tenant's audit log, one entry each", async () => {
  const { id } = await platform().createTenant({ body: { name: "Told", egressAllow: ["10.0.0.0/8"] } });
  const params = { id };
  const actions = async (): Promise<string[]> =>
    (await platform().audit({ params })).items.map(({ action, actor }) => `${actor} ${action}`);
  expect(await actions()).toEqual(["platform tenant.create"]);
  await platform().updateTenant({ params, body: { quotas: { stepsPerMonth: 10 }, suspended: true } });
  expect((await actions())[0]).toBe("platform tenant.update");
  await platform().createApiKey({ params, body: { name: "first", role: "admin" } });
  expect((await actions())[0]).toBe("platform api-key.create");
  await platform().exportTenant({ params });
  expect((await actions())[0]).toBe("platform tenant.export");
  await platform().deleteTenant({ params });
  expect(await actions()).toEqual([
    "platform tenant.delete",
    "platform tenant.delete-request",
    "platform tenant.export",
    "platform api-key.create",
    "platform tenant.update",
    "platform tenant.create",
  ]);
});
