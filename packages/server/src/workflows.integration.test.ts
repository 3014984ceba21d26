import { ApiProblem } from "@mainspring/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallDefinition, testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

async function problemOf(request: Promise<unknown>): Promise<ApiProblem> {
  const problem = await request.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(problem instanceof ApiProblem)) throw new Error("the request was not refused", { cause: problem });
  return problem;
}

test("a workflow goes from draft to versions, and publishing it unchanged makes no new one", async () => {
  const { workflows } = on.one.client;
  expect(await workflows.create({ body: { definition: smallDefinition("orders") } })).toEqual({
    key: "orders",
    revision: 1,
    issues: [],
  });
  await expect(workflows.create({ body: { definition: smallDefinition("orders") } })).rejects.toMatchObject({
    status: 409,
    code: "WORKFLOW_EXISTS",
  });
  const first = await workflows.publish({ params: { key: "orders" } });
  expect(first).toMatchObject({ key: "orders", version: 1, definitionHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(await workflows.publish({ params: { key: "orders" } })).toEqual(first);
  expect(
    await workflows.save({
      params: { key: "orders" },
      body: { definition: smallDefinition("orders", { name: "Renamed" }) },
    }),
  ).toMatchObject({ revision: 2 });
  expect(await workflows.publish({ params: { key: "orders" } })).toMatchObject({ version: 2 });
  expect((await workflows.versions({ params: { key: "orders" } })).items.map((one) => one.version)).toEqual([2, 1]);
  expect(await workflows.getVersion({ params: { key: "orders", version: 1 } })).toMatchObject({
    key: "orders",
    version: 1,
    definition: smallDefinition("orders"),
  });
  expect(await workflows.get({ params: { key: "orders" } })).toMatchObject({
    name: "Renamed",
    revision: 2,
    publishedVersion: 2,
  });
  expect((await workflows.list()).items).toContainEqual(
    expect.objectContaining({ key: "orders", publishedVersion: 2 }),
  );
  await expect(workflows.getVersion({ params: { key: "orders", version: 3 } })).rejects.toMatchObject({
    code: "VERSION_NOT_FOUND",
  });
});

test("publishing answers 201 for a new version and 200 for the one that is there", async () => {
  await on.one.client.workflows.create({ body: { definition: smallDefinition("twice") } });
  const publish = (): Promise<Response> =>
    fetch(`${on.url}/api/v1/workflows/twice/publish`, {
      method: "POST",
      headers: { authorization: `Bearer ${on.one.keys.author}` },
    });
  expect((await publish()).status).toBe(201);
  expect((await publish()).status).toBe(200);
});

const broken = `workflow: broken
name: Broken
colour: red
steps:
  - { id: a, type: transform.assign, assign: { x: { $expr: "payload.(" } } }
  - { id: a, type: action.call, action: nobody.knows@1, input: {} }
  - { id: c, type: control.return }
`;

test("[LNX-03] a draft with problems is stored, and every problem is listed with code, pointer, line and remedy", async () => {
  const created = await on.one.client.workflows.create({ yaml: broken });
  expect(created).toMatchObject({ key: "broken", revision: 1 });
  expect(created.issues.map(({ code, pointer, line }) => `${code} ${pointer} ${line}`)).toEqual([
    "FIELD_UNKNOWN /colour 3",
    "EXPR_SYNTAX /steps/0/assign/x/$expr 5",
    "ACTION_UNKNOWN /steps/1/action 6",
    "STEP_ID_DUPLICATE /steps/1/id 6",
  ]);
  for (const { remedy } of created.issues) expect(remedy).not.toBe("");
  const validation = await on.one.client.workflows.validate({ params: { key: "broken" } });
  expect(validation).toMatchObject({ valid: false, issues: created.issues });
  const refused = await problemOf(on.one.client.workflows.publish({ params: { key: "broken" } }));
  expect(refused).toMatchObject({ status: 422, code: "DEFINITION_INVALID", issues: created.issues });
});

test("[LNX-03] mistakes beyond the shape are listed all at once", async () => {
  const definition = smallDefinition("mistakes", {
    steps: [
      { id: "a", type: "transform.assign", assign: { x: { $expr: "payload.(" } } },
      { id: "a", type: "action.call", action: "nobody.knows@1", input: {} },
      { id: "t", type: "human.task", title: "x", assignTo: { users: ["u"] }, form: { schema: { type: "object" } } },
    ],
  });
  const { valid, issues } = await on.one.client.workflows.validate({
    params: { key: "mistakes" },
    body: { definition },
  });
  expect(valid).toBe(false);
  expect(new Set(issues.map((issue) => issue.pointer.split("/").slice(0, 3).join("/")))).toEqual(
    new Set(["/steps/0", "/steps/1", "/steps/2"]),
  );
});

test("what cannot be read as a definition is refused and stores nothing", async () => {
  for (const yaml of ["workflow: [", "just text", "- a\n- b", "steps: []", "workflow: UPPER\nsteps: []"]) {
    const refused = await problemOf(on.one.client.workflows.create({ yaml }));
    expect(refused, yaml).toMatchObject({ status: 422, code: "DEFINITION_UNREADABLE" });
    expect(refused.issues.length, yaml).toBeGreaterThan(0);
  }
  expect(
    await problemOf(on.one.client.workflows.create({ yaml: `workflow: big\n# ${"x".repeat(2 * 1024 * 1024)}` })),
  ).toMatchObject({ status: 422, code: "DEFINITION_TOO_LARGE" });
  expect((await on.one.client.workflows.list()).items.map((one) => one.key)).not.toContain("big");
});

test("a draft is saved over the revision that one has read, not over another", async () => {
  const { workflows } = on.one.client;
  await workflows.create({ body: { definition: smallDefinition("shared") } });
  const reply = await fetch(`${on.url}/api/v1/workflows/shared`, {
    headers: { authorization: `Bearer ${on.one.keys.viewer}` },
  });
  expect(reply.headers.get("etag")).toBe('"1"');
  await workflows.save({
    params: { key: "shared" },
    body: { definition: smallDefinition("shared", { name: "Mine" }) },
    ifMatch: 1,
  });
  await expect(
    workflows.save({
      params: { key: "shared" },
      body: { definition: smallDefinition("shared", { name: "Yours" }) },
      ifMatch: 1,
    }),
  ).rejects.toMatchObject({ status: 412, code: "REVISION_MISMATCH" });
  await expect(workflows.publish({ params: { key: "shared" }, ifMatch: 1 })).rejects.toMatchObject({ status: 412 });
  expect(await workflows.get({ params: { key: "shared" } })).toMatchObject({ name: "Mine", revision: 2 });
  await expect(
    workflows.save({ params: { key: "shared" }, body: { definition: smallDefinition("other") } }),
  ).rejects.toMatchObject({
    status: 422,
    code: "WORKFLOW_KEY_MISMATCH",
    issues: [{ pointer: "/definition/workflow" }],
  });
});

test("YAML is kept as it was written, comments included, and its problems have lines at publish too", async () => {
  const yaml = `# why: because\nworkflow: written\nname: Written\nsteps:\n  - { id: done, type: control.return, output: 1 }\n`;
  await on.one.client.workflows.create({ yaml });
  expect(await on.one.client.workflows.get({ params: { key: "written" } })).toMatchObject({
    source: yaml,
    definition: { workflow: "written" },
  });
  await on.one.client.workflows.publish({ params: { key: "written" } });
  expect(await on.one.client.workflows.getVersion({ params: { key: "written", version: 1 } })).toMatchObject({
    source: yaml,
  });
});

test("a workflow is deleted when no run of it is open, and its key is free again", async () => {
  const { workflows, runs } = on.one.client;
  await workflows.create({ body: { definition: smallDefinition("brief") } });
  await workflows.publish({ params: { key: "brief" } });
  await runs.start({ params: { key: "brief" } });
  await expect(workflows.remove({ params: { key: "brief" } })).rejects.toMatchObject({
    status: 409,
    code: "WORKFLOW_IN_USE",
    document: { openRuns: 1 },
  });
  await workflows.create({ body: { definition: smallDefinition("unused") } });
  await workflows.remove({ params: { key: "unused" } });
  await expect(workflows.get({ params: { key: "unused" } })).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND" });
  expect(await workflows.create({ body: { definition: smallDefinition("unused") } })).toMatchObject({ revision: 1 });
});

test("the catalogue of actions has the schemas that forms are made of", async () => {
  const { items } = await on.one.client.actions.list();
  expect(items.map((action) => action.id)).toContain("http.request@1");
  expect(items.find((action) => action.id === "http.request@1")).toMatchObject({
    effect: "idempotent",
    execution: "remote",
    inputSchema: { type: "object" },
  });
});
