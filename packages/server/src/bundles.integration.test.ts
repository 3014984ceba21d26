import type { Client } from "@mainspring/api";
import type { JsonObject } from "@mainspring/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer({ unsupported: { stepTypes: [], fields: [] } });
});
afterAll(() => on.close());

const secretValue = "the secret value of tenant A";

const child: JsonObject = {
  workflow: "child",
  name: "The child",
  payload: { type: "object", properties: { n: { type: "integer" } } },
  steps: [{ id: "out", type: "control.return", output: { $expr: "payload.n" } }],
};
const parent = (name: string): JsonObject => ({
  workflow: "parent",
  name,
  payload: { type: "object", properties: { n: { type: "integer" } } },
  steps: [
    {
      id: "call-child",
      type: "control.callWorkflow",
      workflow: "child",
      input: { n: { $expr: "payload.n" } },
      saveAs: "answer",
    },
    {
      id: "tell-crm",
      type: "action.call",
      action: "http.request@1",
      input: {
        method: "POST",
        url: "https://crm.example/visits",
        headers: { authorization: { $secret: "crm-token", format: "Bearer {}" } },
      },
    },
    {
      id: "ask",
      type: "human.task",
      title: 'Visit, naïve 😀 "quoted"',
      assignTo: { groups: ["sales"] },
      form: { ref: "visit" },
    },
    { id: "rest", type: "time.wait", business: { days: 2, calendar: "default" } },
    { id: "told", type: "event.wait", event: "visit.done", correlationKey: { $expr: "payload.n" }, timeoutMs: 1000 },
  ],
});

/** Tenant A of CASE-38. */
async function tenantA(): Promise<Client> {
  const { client } = await on.makeTenant("A");
  await client.secrets.set({ params: { name: "crm-token" }, body: { value: secretValue } });
  await client.forms.put({
    params: { name: "visit" },
    body: { title: "Visit", schema: { type: "object", properties: { at: { type: "string" } } } },
  });
  await client.eventTypes.put({
    params: { name: "visit.done" },
    body: { schema: { type: "object" }, correlationPaths: ["visit.id"], samples: [{ visit: { id: 1 } }] },
  });
  await client.workflows.create({ body: { definition: child } });
  await client.workflows.publish({ params: { key: "child" } });
  await client.workflows.create({ body: { definition: parent("First") } });
  for (const name of ["First", "Second", "Third"]) {
    await client.workflows.save({ params: { key: "parent" }, body: { definition: parent(name) } });
    await client.workflows.publish({ params: { key: "parent" } });
  }
  await client.webhooks.create({
    body: {
      key: "visits",
      scheme: "standard",
      workflow: "parent",
      secret: `whsec_${Buffer.from(secretValue).toString("base64")}`,
    },
  });
  await client.schedules.create({
    body: {
      workflow: "parent",
      name: "nightly",
      spec: { cron: "0 3 * * *", zone: "Europe/Berlin" },
      payload: { n: 1 },
      businessDays: { calendar: "default" },
    },
  });
  // A draft that is not published does not travel.
  await client.workflows.save({ params: { key: "parent" }, body: { definition: parent("Unfinished") } });
  return client;
}

test("[CAS-01] [CASE-38] workflows are carried to another tenant: drafts only, links by key, nothing overwritten, no secret in the file", async () => {
  const a = await tenantA();
  const { version, definitionHash } = await a.workflows.getVersion({ params: { key: "parent", version: 3 } });
  expect(version).toBe(3);
  const parentBundle = await a.workflows.export({ params: { key: "parent" } });
  const childBundle = await a.workflows.export({ params: { key: "child" } });
  expect(parentBundle).toMatchObject({
    format: "mainspring.bundle/1",
    workflows: [{ definition: parent("Third"), definitionHash }],
    forms: [{ name: "visit", title: "Visit" }],
    calendars: [{ name: "default", zone: "UTC" }],
    eventTypes: [{ name: "visit.done", correlationPaths: ["visit.id"] }],
    webhooks: [{ key: "visits", scheme: "standard", workflow: "parent" }],
    schedules: [
      {
        workflow: "parent",
        name: "nightly",
        spec: { cron: "0 3 * * *", zone: "Europe/Berlin" },
        payload: { n: 1 },
        state: "paused",
      },
    ],
    needs: { secrets: ["crm-token"], actions: ["http.request@1"], workflows: ["child"] },
  });
  const file = JSON.stringify([parentBundle, childBundle]);
  expect(file).not.toContain(secretValue);
  expect(file).not.toContain(Buffer.from(secretValue).toString("base64").slice(0, 20));

  // Into B, which is empty, the parent first.
  const { client: b } = await on.makeTenant("B");
  const first = await b.workflows.import({ body: parentBundle });
  expect(first).toMatchObject({
    dryRun: false,
    workflows: [{ key: "parent", result: "created", revision: 1 }],
    forms: [{ name: "visit", result: "created" }],
    calendars: [{ name: "default", result: "unchanged" }],
    webhooks: [{ name: "visits", result: "created" }],
    schedules: [{ name: "nightly", result: "created" }],
    missing: { secrets: ["crm-token"], actions: [], workflows: ["child"] },
  });
  const [{ issues }] = first.workflows as [(typeof first.workflows)[number]];
  expect(issues.map(({ severity }) => severity)).toEqual(issues.map(() => "warning"));
  expect(issues.map(({ pointer }) => pointer)).toContain("/steps/0/workflow");
  expect(await b.workflows.get({ params: { key: "parent" } })).toMatchObject({
    publishedVersion: null,
    definition: parent("Third"),
  });
  // What is missing is an error when it is published.
  await expect(b.workflows.publish({ params: { key: "parent" } })).rejects.toMatchObject({
    code: "DEFINITION_INVALID",
  });
  await b.workflows.import({ body: childBundle });
  expect((await b.workflows.list()).items.map(({ key, publishedVersion }) => [key, publishedVersion])).toEqual([
    ["child", null],
    ["parent", null],
  ]);
  await b.secrets.set({ params: { name: "crm-token" }, body: { value: "another secret, of B" } });
  await b.workflows.publish({ params: { key: "child" } });
  const inB = await b.workflows.publish({ params: { key: "parent" } });
  expect(inB).toMatchObject({ version: 1, definitionHash });
  expect((await b.schedules.list()).items).toMatchObject([
    { workflow: "parent", name: "nightly", state: "paused", boundVersion: 1, misfit: null, nextFires: [] },
  ]);
  const again = await b.workflows.export({ params: { key: "parent" } });
  expect(again).toEqual(parentBundle);

  // Into C, which has a child of its own.
  const { client: c } = await on.makeTenant("C");
  await c.workflows.create({ body: { definition: smallDefinition("child") } });
  const both = await a.workflows.exportMany({ body: { keys: ["parent", "child"] } });
  await expect(c.workflows.import({ body: both })).rejects.toMatchObject({
    status: 409,
    code: "WORKFLOW_EXISTS",
    message: expect.stringContaining("child") as unknown,
    document: expect.objectContaining({ key: "child", keys: ["child"] }) as unknown,
  });
  expect((await c.workflows.list()).items.map(({ key }) => key)).toEqual(["child"]);
  expect(await c.workflows.get({ params: { key: "child" } })).toMatchObject({
    revision: 1,
    definition: smallDefinition("child"),
  });
  expect((await c.forms.list()).items.filter(({ system }) => !system)).toEqual([]);
  expect((await c.webhooks.list()).items).toEqual([]);
  expect((await c.schedules.list()).items).toEqual([]);

  // Twice makes no second workflow.
  await expect(b.workflows.import({ body: parentBundle })).rejects.toMatchObject({ code: "WORKFLOW_EXISTS" });
  expect((await b.workflows.list()).items).toHaveLength(2);
});

test("[CAS-01] a dry run says what would happen and does nothing; on request what exists is left, or gets another draft", async () => {
  const a = await tenantA();
  const bundle = await a.workflows.exportMany({ body: { keys: ["parent", "child"] } });
  expect(bundle.needs.workflows).toEqual([]);
  const { client: b } = await on.makeTenant("B");
  const planned = await b.workflows.import({ body: bundle, query: { dryRun: "true" } });
  expect(planned).toMatchObject({ dryRun: true, workflows: [{ key: "child" }, { key: "parent" }] });
  expect((await b.workflows.list()).items).toEqual([]);
  expect((await b.audit.list()).items).toEqual([]);
  const done = await b.workflows.import({ body: bundle });
  expect(done).toEqual({ ...planned, dryRun: false });
  expect((await b.audit.list()).items.map(({ action }) => action)).toEqual(["workflow.import"]);

  await b.workflows.save({ params: { key: "parent" }, body: { definition: smallDefinition("parent") } });
  await b.forms.put({ params: { name: "visit" }, body: { title: "Ours", schema: { type: "object" } } });
  const skipped = await b.workflows.import({ body: bundle, query: { onConflict: "skip" } });
  expect(skipped).toMatchObject({
    workflows: [
      { key: "child", result: "skipped" },
      { key: "parent", result: "skipped" },
    ],
    forms: [{ name: "visit", result: "kept" }],
  });
  expect(await b.workflows.get({ params: { key: "parent" } })).toMatchObject({ definition: smallDefinition("parent") });
  expect(await b.forms.get({ params: { name: "visit" } })).toMatchObject({ title: "Ours" });
  const drafted = await b.workflows.import({ body: bundle, query: { onConflict: "draft" } });
  expect(drafted.workflows.map(({ result, revision }) => [result, revision])).toEqual([
    ["draft", 2],
    ["draft", 3],
  ]);
  expect(await b.workflows.get({ params: { key: "parent" } })).toMatchObject({ definition: parent("Third") });
});

test("a bundle with anything wrong in it is refused as a whole, with the place", async () => {
  const a = await tenantA();
  const bundle = await a.workflows.exportMany({ body: { keys: ["parent", "child"] } });
  const { client: b, keys } = await on.makeTenant("B");
  const [one, two] = bundle.workflows as [(typeof bundle.workflows)[number], (typeof bundle.workflows)[number]];
  const [form] = bundle.forms as [(typeof bundle.forms)[number]];
  const wrong: readonly (readonly [object, string, string])[] = [
    [
      { ...bundle, workflows: [one, { ...two, definition: { ...two.definition, name: "Altered" } }] },
      "BUNDLE_INVALID",
      "/workflows/1/definitionHash",
    ],
    [{ ...bundle, workflows: [one, one] }, "BUNDLE_INVALID", "/workflows/1/definition"],
    [{ ...bundle, forms: [{ ...form, schema: { type: "circle" } }] }, "BUNDLE_INVALID", "/forms/0/schema/type"],
    [
      { ...bundle, calendars: [{ name: "default", zone: "Mars/Olympus", week: {} }] },
      "BUNDLE_INVALID",
      "/calendars/0/zone",
    ],
    [
      { ...bundle, schedules: [{ workflow: "parent", name: "s", spec: { cron: "99 * * * *" } }] },
      "BUNDLE_INVALID",
      "/schedules/0/spec/cron",
    ],
    [
      { ...bundle, schedules: [{ workflow: "nobody", name: "s", spec: { everyMs: 60_000 } }] },
      "BUNDLE_INVALID",
      "/schedules/0/workflow",
    ],
    [{ ...bundle, format: "mainspring.bundle/2" }, "REQUEST_INVALID", "/format"],
    [{ ...bundle, more: 1 }, "REQUEST_INVALID", "/more"],
    [{ ...bundle, workflows: [] }, "REQUEST_INVALID", "/workflows"],
  ];
  for (const [body, code, pointer] of wrong) {
    const reply = await fetch(`${on.url}/api/v1/workflows/import`, {
      method: "POST",
      headers: { authorization: `Bearer ${keys.author}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const problem = (await reply.json()) as { code: string; issues?: { pointer: string }[] };
    expect([reply.status, problem.code, problem.issues?.[0]?.pointer]).toEqual([422, code, pointer]);
  }
  expect((await b.workflows.list()).items).toEqual([]);
  await expect(b.workflows.export({ params: { key: "parent" } })).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND" });
  await expect(b.workflows.exportMany({ body: { keys: ["parent"] } })).rejects.toMatchObject({
    code: "WORKFLOW_NOT_FOUND",
  });
});
