import type { JsonObject } from "@mainspring/core";
import { insertRun, newId } from "@mainspring/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

const call = (workflow: string, input: JsonObject = {}, version?: string) => ({
  id: "call",
  type: "control.callWorkflow",
  workflow,
  input,
  ...(version === undefined ? {} : { version }),
});

async function publish(definition: JsonObject) {
  const { workflows } = on.one.client;
  const key = definition["workflow"] as string;
  await workflows
    .create({ body: { definition } })
    .catch(() => workflows.save({ params: { key }, body: { definition } }));
  return workflows.publish({ params: { key } });
}

const child = (required: string[]) => ({
  workflow: "child",
  payload: { type: "object", required, properties: { a: { type: "number" }, b: { type: "number" } } },
  steps: [{ id: "done", type: "control.return", output: 1 }],
});

test("[CAS-01] [CHD-03] publishing a workflow lists the callers that stay on its older version, and those whose mapping no longer fits", async () => {
  expect((await publish(child(["a"]))).callers).toEqual([]);
  const fits = { workflow: "fits", steps: [call("child", { a: 1, b: 2 })] };
  const newest = { workflow: "newest", steps: [call("child", { a: 1 }, "latest")] };
  for (const caller of [{ workflow: "parent", steps: [call("child", { a: 1 })] }, fits, newest]) await publish(caller);
  const second = await publish(child(["a", "b"]));
  expect(second.version).toBe(2);
  expect(second.callers).toMatchObject([
    { workflow: "fits", version: 1, stepId: "call", boundVersion: 1, fits: true, issues: [] },
    {
      workflow: "parent",
      version: 1,
      stepId: "call",
      boundVersion: 1,
      fits: false,
      issues: [{ code: "INPUT_LITERAL_INVALID", pointer: expect.stringMatching(/^\/steps\/0\/input/) }],
    },
  ]);
  // Publishing the caller again binds the version of now, though its document is the same; a third time changes nothing.
  expect((await publish(fits)).version).toBe(2);
  expect((await publish(fits)).version).toBe(2);
  expect((await on.one.client.workflows.publish({ params: { key: "child" } })).callers).toEqual([]);
});

test("an unknown workflow, one of another tenant and a circle are not published, with their places", async () => {
  await on.other.client.workflows.create({ body: { definition: { workflow: "theirs", steps: child([]).steps } } });
  await on.other.client.workflows.publish({ params: { key: "theirs" } });
  for (const key of ["nobody", "theirs"])
    await expect(publish({ workflow: "asks", steps: [call(key)] })).rejects.toMatchObject({
      code: "DEFINITION_INVALID",
      issues: [{ code: "WORKFLOW_UNKNOWN", pointer: "/steps/0/workflow", stepId: "call" }],
    });
  await publish({ workflow: "round", steps: child([]).steps });
  await publish({ workflow: "about", steps: [call("round")] });
  await expect(publish({ workflow: "round", steps: [call("about")] })).rejects.toMatchObject({
    issues: [{ code: "CALL_CYCLE", pointer: "/steps/0/workflow" }],
  });
  await expect(publish({ workflow: "itself", steps: [call("itself")] })).rejects.toMatchObject({
    code: "DEFINITION_INVALID",
  });
  const business = { id: "nap", type: "time.wait", business: { days: 1, calendar: "nowhere" } };
  await expect(publish({ workflow: "rests", steps: [business] })).rejects.toMatchObject({
    issues: [{ code: "CALENDAR_UNKNOWN", pointer: "/steps/0/business/calendar" }],
  });
  expect(
    (await publish({ workflow: "rests", steps: [{ ...business, business: { days: 1, calendar: "default" } }] }))
      .version,
  ).toBe(1);
});

test("[CAS-01] a workflow that a published version calls is not deleted", async () => {
  await publish({ workflow: "needed", steps: child([]).steps });
  await publish({ workflow: "needs", steps: [call("needed")] });
  const { workflows } = on.one.client;
  await expect(workflows.remove({ params: { key: "needed" } })).rejects.toMatchObject({
    status: 409,
    code: "WORKFLOW_IN_USE",
    message: expect.stringContaining("needs call it"),
  });
  await workflows.remove({ params: { key: "needs" } });
  await workflows.remove({ params: { key: "needed" } });
});

test("[CHD-04] children are found by their parent and tell of it, and nobody else's", async () => {
  const pinned = {
    workflowKey: "w",
    version: 1,
    definitionHash: "d",
    programHash: "p",
    semantics: 2,
    input: {},
  } as const;
  const [parentRunId, first, second, stranger] = [newId(), newId(), newId(), newId()];
  await on.database.store.tenant(on.one.id, async (db) => {
    for (const id of [parentRunId, stranger]) await insertRun(db, { ...pinned, id });
    for (const id of [first, second]) await insertRun(db, { ...pinned, id, parentRunId, rootRunId: parentRunId });
  });
  const { runs } = on.one.client;
  const { items } = await runs.list({ query: { parentRunId } });
  expect(items.map(({ id }) => id).sort()).toEqual([first, second].sort());
  expect(items[0]).toMatchObject({ parentRunId, rootRunId: parentRunId });
  expect(await runs.get({ params: { id: first } })).toMatchObject({ parentRunId, rootRunId: parentRunId });
  expect((await runs.get({ params: { id: parentRunId } })).children.map(({ id }) => id).sort()).toEqual(
    [first, second].sort(),
  );
  expect((await runs.list({ query: { parentRunId: stranger } })).items).toEqual([]);
  expect((await on.other.client.runs.list({ query: { parentRunId } })).items).toEqual([]);
  await expect(runs.list({ query: { parentRunId: "x" } })).rejects.toMatchObject({ status: 422 });
});
